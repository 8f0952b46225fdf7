/**
 * The one door to the server side of the SSH library.
 *
 * Its `Server` class would offer SHA-1 signatures whenever there is an RSA key, and to all clients the same; so its parts
 * are put together here, one client at a time, each with the algorithms that are meant for it.
 */
import type { Socket } from 'node:net';
import type { Duplex, Writable } from 'node:stream';
import ssh2, { type AuthContext, type NegotiatedAlgorithms, type ParsedKey } from 'ssh2';
import kex, { type KexInit } from 'ssh2/lib/protocol/kex.js';
import type { AlgorithmLists } from './algorithms.ts';

export type { AuthContext, NegotiatedAlgorithms, ParsedKey, PublicKeyAuthContext } from 'ssh2';

/** A channel on which a program runs. */
export interface LibraryChannel extends Duplex {
  readonly stderr: Writable;
  exit(status: number): void;
  close(): void;
}

type Answer = (() => void) | undefined;

/** Of a terminal, in characters (RFC 4254 §6.2 and §6.7). */
export interface WindowSize {
  readonly cols: number;
  readonly rows: number;
}

/** A session channel (RFC 4254 §6), before a program runs on it. `accept` of a program must be called at once. */
export interface LibrarySession {
  readonly _chanInfo: { readonly incoming: { readonly id: number }; readonly outgoing: { readonly id: number } };
  on(event: 'exec', listener: (accept: () => LibraryChannel, reject: Answer, info: { command: string }) => void): this;
  on(
    event: 'subsystem',
    listener: (accept: () => LibraryChannel, reject: Answer, info: { name: string }) => void,
  ): this;
  on(event: 'shell', listener: (accept: () => LibraryChannel, reject: Answer) => void): this;
  on(event: 'env', listener: (accept: Answer, reject: Answer) => void): this;
  on(event: 'pty' | 'window-change', listener: (accept: Answer, reject: Answer, info: WindowSize) => void): this;
  on(event: 'close', listener: () => void): this;
}

export interface LibraryConnection {
  readonly _protocol: { readonly _kexinit?: unknown; channelClose(channel: number): void };
  readonly _chanMgr: { remove(channel: number): void };
  on(event: 'authentication', listener: (context: AuthContext) => void): this;
  on(event: 'handshake', listener: (agreed: NegotiatedAlgorithms) => void): this;
  on(event: 'ready' | 'close' | 'rekey', listener: () => void): this;
  on(event: 'error', listener: (error: Error & { readonly level?: string }) => void): this;
  on(event: 'session', listener: (accept: () => LibrarySession, reject: () => void) => void): this;
  end(): void;
  rekey(): void;
}

export interface ConnectionSettings {
  readonly identification: string;
  readonly offer: AlgorithmLists;
  readonly hostKeys: readonly ParsedKey[];
  readonly keepAliveMs: number;
  readonly keepAliveTries: number;
}

type IncomingClient = new (
  socket: Socket,
  hostKeys: Readonly<Record<string, ParsedKey>>,
  ident: Buffer,
  offer: KexInit,
  debug: undefined,
  server: { emit(): boolean },
  settings: { readonly keepaliveInterval: number; readonly keepaliveCountMax: number },
) => LibraryConnection;

// The published types leave it out.
const { IncomingClient } = ssh2.Server as unknown as { readonly IncomingClient: IncomingClient };

/** RFC 8332: one RSA key signs in several ways. */
const RSA_SIGNATURES: ReadonlySet<string> = new Set(['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa']);

const keyFor = (algorithm: string, keys: readonly ParsedKey[]): ParsedKey | undefined =>
  keys.find(({ type }) => type === (RSA_SIGNATURES.has(algorithm) ? 'ssh-rsa' : algorithm));

/** Speaks SSH over an accepted socket from now on. */
export function openConnection(socket: Socket, settings: ConnectionSettings): LibraryConnection {
  const { offer, hostKeys, identification, keepAliveMs, keepAliveTries } = settings;
  const usable = offer.hostKeys.flatMap((algorithm): [string, ParsedKey][] => {
    const key = keyFor(algorithm, hostKeys);
    return key === undefined ? [] : [[algorithm, key]];
  });
  const both = { cipher: offer.ciphers, mac: offer.macs, compress: ['none'], lang: [] };
  const kexInit = new kex.KexInit({
    // Strict key exchange, against Terrapin (CVE-2023-48795).
    kex: [...offer.kex, 'kex-strict-s-v00@openssh.com'],
    serverHostKey: usable.map(([algorithm]) => algorithm),
    cs: both,
    sc: both,
  });
  const options = { keepaliveInterval: keepAliveMs, keepaliveCountMax: keepAliveTries };
  const ident = Buffer.from(identification);
  return new IncomingClient(
    socket,
    Object.fromEntries(usable),
    ident,
    kexInit,
    undefined,
    { emit: () => true },
    options,
  );
}

/** Reads a private key in any format of OpenSSH. Throws a sentence without the text. */
export function parsePrivateKey(text: string | Buffer, passphrase?: string): ParsedKey {
  const parsed = ssh2.utils.parseKey(text, passphrase);
  if (parsed instanceof Error) throw new Error(parsed.message);
  const key = Array.isArray(parsed) ? (parsed as readonly ParsedKey[])[0] : parsed;
  if (key?.isPrivateKey() !== true) throw new Error('it holds no private key');
  return key;
}

/** A public key in its SSH wire form; `undefined` for what is none. */
export function parsePublicKey(blob: Buffer): ParsedKey | undefined {
  const parsed = ssh2.utils.parseKey(`${readType(blob)} ${blob.toString('base64')}`);
  if (parsed instanceof Error) return undefined;
  return Array.isArray(parsed) ? (parsed as readonly ParsedKey[])[0] : parsed;
}

const readType = (blob: Buffer): string =>
  blob.length < 4 ? '' : blob.toString('latin1', 4, 4 + Math.min(64, blob.readUInt32BE(0)));

const generate = (type: 'ed25519' | 'ecdsa' | 'rsa', comment: string): string => {
  if (type === 'ed25519') return ssh2.utils.generateKeyPairSync('ed25519', { comment }).private;
  if (type === 'ecdsa') return ssh2.utils.generateKeyPairSync('ecdsa', { bits: 256, comment }).private;
  return ssh2.utils.generateKeyPairSync('rsa', { bits: 3072, comment }).private;
};

const isReadable = (text: string): boolean => !(ssh2.utils.parseKey(text) instanceof Error);

/** Makes a private key, in OpenSSH's format. One ed25519 key in 200 is written by the library so that nobody can read it. */
export function makePrivateKey(type: 'ed25519' | 'ecdsa' | 'rsa', comment: string): string {
  for (;;) {
    const text = generate(type, comment);
    if (isReadable(text)) return text;
  }
}
