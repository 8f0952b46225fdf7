/** Encryption: certificates, versions, and how much of a session must be encrypted. */
import { z } from 'zod';
import { isMap, path, readBy } from './values.ts';

/** How much of a session must be encrypted; `offered` leaves it to the client. */
export const tlsDemand = z.enum(['off', 'offered', 'login', 'data'], 'must be off, offered, login or data');

export const dataBinding = z.enum(['off', 'auto', 'required'], 'must be off, auto or required');
export const clientCertificates = z.enum(['off', 'optional', 'required'], 'must be off, optional or required');

const VERSION = 'must be 1.2 or 1.3';
const version = z
  .union([z.literal([1.2, 1.3], VERSION), z.enum(['1.2', '1.3'], VERSION)])
  .transform((written): 'TLSv1.2' | 'TLSv1.3' => (Number(written) === 1.2 ? 'TLSv1.2' : 'TLSv1.3'));

/** Names as DNS has them; `*` may stand for the first label. */
const HOST = /^(\*\.)?([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const host = readBy((text) => {
  const name = text.toLowerCase();
  return name.length <= 253 && HOST.test(name) ? name : undefined;
}, 'must be a host name such as ftp.example.net or *.example.net');

const name = z.strictObject({
  hosts: z.array(host, 'must be a list of host names').min(1, 'must name at least one host'),
  certificate: path,
  key: path.optional(),
});

export const tls = z
  .strictObject({
    certificate: path.optional(),
    key: path.optional(),
    ca: path.optional(),
    crl: path.optional(),
    minVersion: version.optional(),
    maxVersion: version.optional(),
    ciphers: z
      .string('must be names of ciphers with colons between them')
      .regex(/^[\w!+:@=.-]{1,4096}$/, 'must be names of ciphers with colons between them')
      .optional(),
    names: z.array(name).max(1000, 'must hold 1000 rows at most').optional(),
    dataBinding: dataBinding.optional(),
    clientCertificates: clientCertificates.optional(),
    clearControl: z.enum(['refused', 'allowed'], 'must be refused or allowed').optional(),
  })
  .refine(({ certificate, key }) => key === undefined || certificate !== undefined, {
    message: 'is of no use without certificate',
    path: ['key'],
    when: isMap,
  })
  .refine(({ ca, crl }) => crl === undefined || ca !== undefined, {
    message: 'is of no use without ca',
    path: ['crl'],
    when: isMap,
  })
  .refine(({ minVersion, maxVersion }) => minVersion !== 'TLSv1.3' || maxVersion !== 'TLSv1.2', {
    message: 'must not be below minVersion',
    path: ['maxVersion'],
  });
