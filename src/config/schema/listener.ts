/** Where to listen, and what holds at one door only. */
import { z } from 'zod';
import { parseNetwork } from '../../base/cidr.ts';
import { parseListenUrl } from '../listen-url.ts';
import { isMasqueradeAddress } from '../masquerade-address.ts';
import { parsePortRange } from '../port-range.ts';
import { clientCertificates, dataBinding, tlsDemand } from './tls.ts';
import { given, isMap, networks } from './values.ts';

const listenUrl = z.string('must be a URL such as ftp://127.0.0.1:2121').transform((text, context) => {
  const parsed = parseListenUrl(text);
  if (typeof parsed !== 'string') return parsed;
  context.addIssue({ code: 'custom', message: parsed });
  return z.NEVER;
});

const portRange = z.string('must be a range such as 50000-50100').transform((text, context) => {
  const parsed = parsePortRange(text);
  if (parsed !== undefined) return parsed;
  context.addIssue({ code: 'custom', message: 'must be a range such as 50000-50100, within 1 and 65535' });
  return z.NEVER;
});

const masquerade = z.strictObject({
  clients: z
    .string('must be a network such as 10.0.0.0/8, or any')
    .refine(
      (text) => text === 'any' || parseNetwork(text) !== undefined,
      'must be a network such as 10.0.0.0/8, or any',
    ),
  address: z
    .string('must be an IPv4 address or a host name')
    .refine(isMasqueradeAddress, 'must be an IPv4 address or a host name'),
});

/** Told once for a listener, or once for all of them. */
export const connections = {
  passivePorts: portRange.optional(),
  masquerade: z.array(masquerade).optional(),
  trustedProxies: networks.optional(),
};

const listenerRow = z
  .strictObject({
    url: listenUrl,
    tls: tlsDemand.optional(),
    dataBinding: dataBinding.optional(),
    clientCertificates: clientCertificates.optional(),
    ...connections,
  })
  .refine(({ url, ...rest }) => url.protocol !== 'tftp' || given(...Object.values(rest)) === 0, {
    message: 'is TFTP, which has none of the other keys of a listener: `tftp:` holds what it has',
    path: ['url'],
    when: isMap,
  })
  .refine(
    ({ url, ...rest }) =>
      url.protocol !== 'sftp' || given(...Object.values({ ...rest, trustedProxies: undefined })) === 0,
    {
      message:
        'is SSH, which has no TLS and no data connections: only trustedProxies may stand beside it, and `ssh:` holds the rest',
      path: ['url'],
      when: isMap,
    },
  )
  .refine(({ url, tls }) => url.protocol !== 'ftps' || tls === undefined || tls === 'login' || tls === 'data', {
    message: 'must be login or data: ftps:// is encrypted from the first byte',
    path: ['tls'],
  })
  .refine(({ tls, clientCertificates: asked }) => tls !== 'off' || asked !== 'required', {
    message: 'cannot be required where tls is off',
    path: ['clientCertificates'],
    when: isMap,
  });

/** A URL alone stands for a row that holds nothing else. */
export const listener = z.union([listenUrl.transform((url): z.output<typeof listenerRow> => ({ url })), listenerRow]);
