/** The flags that say whom to trust over TLS, and who one is oneself. */
import { X509Certificate } from 'node:crypto';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { type ConnectOptions, readOptionFile } from '../../app/connect.ts';
import type { World } from '../world.ts';
import { isOn, type Options, textOf, wrong } from './flag-values.ts';

type Trust = NonNullable<ConnectOptions['tls']>;

async function fileOf(options: Options, name: string, { cwd }: World): Promise<string | undefined> {
  const path = textOf(options, name);
  return path === undefined ? undefined : await readOptionFile(`--${name}`, resolve(cwd, path));
}

/** What is no certificate would be passed over by TLS without a word. */
async function authoritiesOf(options: Options, world: World): Promise<Pick<Trust, 'ca'>> {
  const ca = await fileOf(options, 'ca', world);
  if (ca === undefined) return {};
  try {
    new X509Certificate(ca).toString();
  } catch {
    throw wrong('--ca', 'must name a file with certificates as PEM');
  }
  return { ca };
}

/** One's own certificate; its key may be in the same file. */
async function ownOf(options: Options, world: World): Promise<Pick<Trust, 'cert' | 'key'>> {
  const cert = await fileOf(options, 'cert', world);
  const key = (await fileOf(options, 'key', world)) ?? cert;
  if (key === undefined) return {};
  if (cert === undefined) throw wrong('--key', 'needs --cert, the certificate that it is for');
  try {
    createSecureContext({ cert, key });
  } catch {
    throw wrong('--cert', 'and --key must name a certificate and the key that belongs to it, as PEM');
  }
  return { cert, key };
}

function pinOf(options: Options): Pick<Trust, 'pin'> {
  const pin = textOf(options, 'pin');
  if (pin === undefined) return {};
  if (!/^(sha256:)?([0-9a-f]{2}:?){32}$/i.test(pin))
    throw wrong('--pin', 'must be a SHA-256 fingerprint: 64 hexadecimal digits, with or without colons');
  return { pin };
}

/** Throws a `CommandError` or `ConfigurationError` for flags and files that make no sense. */
export async function trustOf(options: Options, world: World): Promise<Trust> {
  const least = textOf(options, 'tlsMin') ?? '1.2';
  if (least !== '1.2' && least !== '1.3') throw wrong('--tls-min', 'must be 1.2 or 1.3');
  return {
    minVersion: `TLSv${least}`,
    ...(await authoritiesOf(options, world)),
    ...(await ownOf(options, world)),
    ...pinOf(options),
    ...(isOn(options, 'insecure') ? { verify: 'off' as const } : {}),
  };
}
