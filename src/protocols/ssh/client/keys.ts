/** Private keys from files: OpenSSH's own form, PEM (PKCS#1, SEC 1, PKCS#8) and PuTTY's, with a passphrase or without. */
import { createPrivateKey, type KeyObject } from 'node:crypto';
import ssh2, { type ParsedKey } from 'ssh2';
import { wireType } from './known-hosts.ts';

/** Larger files are no keys (as in OpenSSH). */
export const MAX_KEY_FILE_BYTES = 1024 * 1024;
/** A round takes some 25 ms, in which nothing else happens; ssh-keygen makes 16 or 24. */
const MAX_ROUNDS = 256;

/** `why` is the end of a sentence that begins with the file's name. */
export type KeyText =
  | { readonly kind: 'private'; readonly key: ParsedKey }
  | { readonly kind: 'public'; readonly key: ParsedKey }
  /** It needs a passphrase; what is known of it without. */
  | { readonly kind: 'locked'; readonly publicKey: ParsedKey | undefined }
  | { readonly kind: 'wrong-passphrase' }
  | { readonly kind: 'unreadable'; readonly why: string };

const unreadable = (why: string): KeyText => ({ kind: 'unreadable', why });

/** Reads what a file of a key holds. Never throws. */
export function readKeyText(bytes: Uint8Array, passphrase?: string): KeyText {
  const text = Buffer.from(bytes).toString('utf8').trim();
  if (text.startsWith('-----BEGIN OPENSSH PRIVATE KEY-----')) return readOpenSsh(text, passphrase);
  if (/^-----BEGIN [A-Z ]*PRIVATE KEY-----/.test(text)) return readPem(text, passphrase);
  if (text.startsWith('PuTTY-User-Key-File-')) return readPutty(text, passphrase);
  const key = parsed(text);
  return key instanceof Error || key.isPrivateKey()
    ? unreadable('is no key that can be read')
    : { kind: 'public', key };
}

/** The library says what is wrong by an error that it returns, and throws for some of what is broken. */
function parsed(text: string | Buffer, passphrase?: string): ParsedKey | Error {
  try {
    // The library's types know nothing of several keys in one, and it reads one only.
    return [ssh2.utils.parseKey(text, passphrase)].flat()[0] ?? new Error('there is no key in it');
  } catch (cause) {
    return cause instanceof Error ? cause : new Error(String(cause));
  }
}

const privateKey = (key: ParsedKey | Error): KeyText =>
  key instanceof Error ? unreadable(`cannot be used: ${key.message}`) : { kind: 'private', key };

/** The head of OpenSSH's form (PROTOCOL.key), which is never encrypted. */
function headOf(
  text: string,
): { readonly cipher: string; readonly rounds: number; readonly publicKey: Buffer } | undefined {
  const data = Buffer.from(text.replace(/-----[^-]*-----/g, ''), 'base64');
  const fields: Buffer[] = [];
  let at = 'openssh-key-v1\0'.length;
  const next = (): void => {
    const length = data.readUInt32BE(at);
    if (length > data.length - at - 4) throw new RangeError('it is cut');
    fields.push(data.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  };
  try {
    for (const skip of [0, 0, 0, 4]) {
      at += skip;
      next();
    }
    const [cipher = Buffer.of(), , kdf = Buffer.of(), publicKey = Buffer.of()] = fields;
    return {
      cipher: cipher.toString('latin1'),
      rounds: kdf.length < 4 ? 0 : kdf.readUInt32BE(kdf.length - 4),
      publicKey,
    };
  } catch {
    return undefined;
  }
}

function readOpenSsh(text: string, passphrase?: string): KeyText {
  const head = headOf(text);
  if (head === undefined) return unreadable('is a key that was cut');
  const type = wireType(head.publicKey);
  if (type?.startsWith('sk-') === true)
    return unreadable('is for a security key, which only an agent can use: add it with ssh-add');
  if (head.cipher === 'none') return privateKey(parsed(text));
  if (head.rounds > MAX_ROUNDS)
    return unreadable(
      `asks for ${head.rounds} rounds to unlock it, and ${MAX_ROUNDS} are the most: change that with ssh-keygen -p -a 24`,
    );
  const publicKey = parsed(head.publicKey);
  if (passphrase === undefined)
    return { kind: 'locked', publicKey: publicKey instanceof Error ? undefined : publicKey };
  const key = parsed(text, passphrase);
  const isWrong = key instanceof Error && /passphrase|integrity|bad decrypt|auth/i.test(key.message);
  return isWrong ? { kind: 'wrong-passphrase' } : privateKey(key);
}

/** Node unlocks these, because it tells a wrong passphrase from a broken key; the library then gets what is unlocked. */
function readPem(text: string, passphrase?: string): KeyText {
  const isLocked = /^(?:Proc-Type: *4,ENCRYPTED|-----BEGIN ENCRYPTED)/m.test(text);
  if (isLocked && passphrase === undefined) return { kind: 'locked', publicKey: undefined };
  try {
    return privateKey(
      parsed(libraryForm(createPrivateKey({ key: text, format: 'pem', ...(isLocked ? { passphrase } : {}) }))),
    );
  } catch (cause) {
    if (isLocked && cause instanceof Error && /decrypt|cipherfinal|padding|asn1|decoder|wrong tag/i.test(cause.message))
      return { kind: 'wrong-passphrase' };
    return unreadable('is no private key of a kind that SSH uses');
  }
}

/** A key in a form that the library reads: it knows no PKCS#8. */
function libraryForm(key: KeyObject): string {
  if (key.asymmetricKeyType === 'rsa') return key.export({ type: 'pkcs1', format: 'pem' });
  if (key.asymmetricKeyType === 'ec') return key.export({ type: 'sec1', format: 'pem' });
  const { d, x, crv } = key.export({ format: 'jwk' });
  if (crv !== 'Ed25519' || d === undefined || x === undefined) throw new TypeError('SSH knows no such key');
  return openSshForm(Buffer.from(d, 'base64url'), Buffer.from(x, 'base64url'));
}

const lengthOf = (bytes: Uint8Array): Buffer => {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return length;
};
const field = (bytes: Uint8Array | string): Buffer => Buffer.concat([lengthOf(Buffer.from(bytes)), Buffer.from(bytes)]);

const PADDING = Buffer.of(1, 2, 3, 4, 5, 6, 7, 8);

/** An ed25519 key as OpenSSH writes it, without a passphrase (PROTOCOL.key). */
function openSshForm(secret: Buffer, open: Buffer): string {
  const publicKey = Buffer.concat([field('ssh-ed25519'), field(open)]);
  const checks = Buffer.alloc(8);
  const own = Buffer.concat([checks, publicKey, field(Buffer.concat([secret, open])), field('')]);
  const padded = Buffer.concat([own, PADDING.subarray(0, (8 - (own.length % 8)) % 8)]);
  const whole = [
    Buffer.from('openssh-key-v1\0'),
    field('none'),
    field('none'),
    field(''),
    Buffer.of(0, 0, 0, 1),
    field(publicKey),
    field(padded),
  ];
  return `-----BEGIN OPENSSH PRIVATE KEY-----\n${Buffer.concat(whole).toString('base64')}\n-----END OPENSSH PRIVATE KEY-----\n`;
}

/** The library reads version 2, and of it RSA only. */
function readPutty(text: string, passphrase?: string): KeyText {
  if (!/^PuTTY-User-Key-File-2: ssh-rsa/.test(text))
    return unreadable('is a key in PuTTY’s newer form: convert it with puttygen KEY -O private-openssh-new -o FILE');
  const isLocked = !/^Encryption: none\r?$/m.test(text);
  if (isLocked && passphrase === undefined) return { kind: 'locked', publicKey: undefined };
  const key = parsed(text, passphrase);
  return isLocked && key instanceof Error ? { kind: 'wrong-passphrase' } : privateKey(key);
}
