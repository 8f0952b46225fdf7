/** Keys made by ssh-keygen for a test, and keys made of bytes for tests that sign nothing. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

export interface MadeKey {
  readonly file: string;
  /** The wire form of its public key. */
  readonly publicKey: Buffer;
}

/** Makes a key pair with ssh-keygen: the private key in `folder/name`, the public one beside it as `name.pub`. */
export async function makeKey(folder: string, name: string, options: readonly string[]): Promise<MadeKey> {
  const file = join(folder, name);
  await execute('ssh-keygen', [
    '-q',
    '-f',
    file,
    '-C',
    name,
    ...(options.includes('-N') ? [] : ['-N', '']),
    ...options,
  ]);
  const [, base64 = ''] = (await readFile(`${file}.pub`, 'utf8')).split(' ');
  return { file, publicKey: Buffer.from(base64, 'base64') };
}

const field = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
};

/** The wire form of an ed25519 key whose 32 bytes are all this one: good to compare, and to nothing else. */
export const madeUpKey = (byte: number): Buffer =>
  Buffer.concat([field(Buffer.from('ssh-ed25519')), field(Buffer.alloc(32, byte))]);

/** The wire form of an RSA key that nobody has. */
export const madeUpRsaKey = (byte: number): Buffer =>
  Buffer.concat([
    field(Buffer.from('ssh-rsa')),
    field(Buffer.from([1, 0, 1])),
    field(Buffer.alloc(257, byte | 1).fill(0, 0, 1)),
  ]);
