/**
 * The server's certificate as a stranger sees it: whose it is, until when, whether it can be verified, and what to pin.
 * The connection sends no name and no password.
 */
import { once } from 'node:events';
import { connect as connectTcp, type Socket } from 'node:net';
import { connect as connectTls, type PeerCertificate, type TLSSocket } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import { LineSplitter } from '../../base/line-splitter.ts';
import { decodeName } from '../../base/name.ts';
import type { Security, TlsTrust } from '../../protocols/ftp/client/options.ts';

export interface SeenCertificate {
  readonly subject: string;
  /** Host names and addresses that it is for. */
  readonly names: readonly string[];
  readonly issuer: string;
  readonly isSelfSigned: boolean;
  /** Milliseconds since 1970. */
  readonly notAfterMs: number;
  readonly fingerprint256: string;
  readonly version: string;
  readonly cipher: string;
  /** Why it cannot be verified, as OpenSSL calls it; absent when it can. */
  readonly distrust?: string;
}

export type Seen =
  | { readonly kind: 'certificate'; readonly certificate: SeenCertificate }
  /** The server does not encrypt: what it said to AUTH TLS, or why there was nothing to hear. */
  | { readonly kind: 'none'; readonly why: string };

export interface Looking {
  readonly host: string;
  readonly port: number;
  readonly security: Security;
  readonly tls: TlsTrust;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const MAX_REPLY_BYTES = 64 * 1024;
const MAX_LINE_BYTES = 8 * 1024;

/** Reads replies off a socket until one is whole, and gives its last line. Rejects when it ends before. */
async function replyOf(socket: Socket, signal: AbortSignal): Promise<string> {
  const lines = new LineSplitter(MAX_LINE_BYTES);
  let seen = 0;
  while (seen < MAX_REPLY_BYTES) {
    const bytes = (socket.read() as Buffer | null) ?? undefined; // without an encoding a socket reads buffers
    if (bytes === undefined) {
      if (socket.readableEnded || socket.destroyed) throw new Error('the connection ended');
      await Promise.race([once(socket, 'readable', { signal }), once(socket, 'close', { signal })]);
      continue;
    }
    seen += bytes.length;
    for (const line of lines.push(bytes)) {
      const text = line.kind === 'line' ? decodeName(line.bytes) : '';
      if (/^\d{3}( |$)/.test(text)) return text;
    }
  }
  throw new Error('its greeting does not end');
}

async function clearSocket(looking: Looking, signal: AbortSignal): Promise<Socket> {
  const socket = connectTcp({ host: looking.host, port: looking.port });
  socket.on('error', () => undefined);
  await once(socket, 'connect', { signal });
  return socket;
}

/** A name of IP address is no server name (RFC 6066 §3). */
const serverNameOf = ({ host, tls }: Looking): string | undefined => {
  const name = tls.serverName ?? host;
  return /^[\d.]+$|:/.test(name) ? undefined : name;
};

function checkedName({ host, tls }: Looking): string {
  return tls.serverName ?? host;
}

const oneName = (name: unknown): string =>
  Array.isArray(name) ? name.join(', ') : typeof name === 'string' ? name : '';

const partsOf = (part: PeerCertificate['subject'] | undefined): string =>
  oneName(part?.CN) || oneName(part?.O) || 'nobody';

async function handshake(socket: Socket, looking: Looking, signal: AbortSignal): Promise<TLSSocket> {
  const { tls } = looking;
  const servername = serverNameOf(looking);
  const secured = connectTls({
    socket,
    // What is wrong with it is what we want to know.
    rejectUnauthorized: false,
    // Checked against the same name as a client would.
    host: checkedName(looking),
    ...(servername === undefined ? {} : { servername }),
    ...(tls.ca === undefined ? {} : { ca: tls.ca }),
    ...(tls.cert === undefined ? {} : { cert: tls.cert }),
    ...(tls.key === undefined ? {} : { key: tls.key }),
    ...(tls.minVersion === undefined ? {} : { minVersion: tls.minVersion }),
    ...(tls.maxVersion === undefined ? {} : { maxVersion: tls.maxVersion }),
  });
  secured.on('error', () => undefined);
  await once(secured, 'secureConnect', { signal });
  return secured;
}

function describe(secured: TLSSocket): SeenCertificate {
  const certificate = secured.getPeerCertificate();
  const subject = partsOf(certificate.subject);
  const issuer = partsOf(certificate.issuer);
  const distrust = secured.authorized ? undefined : distrustOf(secured.authorizationError);
  return {
    subject,
    issuer,
    names: (certificate.subjectaltname ?? '')
      .split(', ')
      .filter((name) => name !== '')
      .map((name) => name.replace(/^(DNS|IP Address):/, '')),
    isSelfSigned: /SELF_SIGNED/.test(distrust ?? ''),
    notAfterMs: Date.parse(certificate.valid_to),
    fingerprint256: certificate.fingerprint256,
    version: secured.getProtocol() ?? 'unknown',
    cipher: secured.getCipher().name,
    ...(distrust === undefined ? {} : { distrust }),
  };
}

/** Node gives a code as text, or an error that has one. */
function distrustOf(reason: unknown): string {
  if (reason instanceof Error && 'code' in reason) return String(reason.code);
  return typeof reason === 'string' ? reason : 'unknown';
}

async function look(looking: Looking, signal: AbortSignal): Promise<Seen> {
  const socket = await clearSocket(looking, signal);
  try {
    if (looking.security !== 'implicit') {
      await replyOf(socket, signal);
      socket.write('AUTH TLS\r\n');
      const answer = await replyOf(socket, signal);
      if (!answer.startsWith('234')) return { kind: 'none', why: answer };
    }
    const secured = await handshake(socket, looking, signal);
    const certificate = describe(secured);
    secured.destroy();
    return { kind: 'certificate', certificate };
  } finally {
    socket.destroy();
  }
}

/** Never rejects, but with the signal's reason. */
export async function lookAtCertificate(looking: Looking): Promise<Seen> {
  const tooLate = new AbortController();
  const cancel = looking.clock.after(looking.timeoutMs, () => tooLate.abort());
  const signals = [tooLate.signal, ...(looking.signal === undefined ? [] : [looking.signal])];
  try {
    return await look(looking, AbortSignal.any(signals));
  } catch (error) {
    looking.signal?.throwIfAborted();
    return { kind: 'none', why: tooLate.signal.aborted ? 'no answer' : error instanceof Error ? error.message : '' };
  } finally {
    cancel();
  }
}
