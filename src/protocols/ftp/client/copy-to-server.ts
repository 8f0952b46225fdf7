/** Files that one server sends straight to another (RFC 959 §5.2), known as FXP. */
import { isIP } from 'node:net';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { parseExtendedPassive, parsePassive, printEprt, printPort } from '../wire/passive-reply.ts';
import { isPositive, replyText, shownReply } from './failure.ts';
import { plainKindOfReply } from './kind-of-reply.ts';
import type { Remote } from './remote.ts';
import type { FtpReply, FtpSession } from './session.ts';

/** One side of the copy. */
export interface Side {
  readonly remote: Remote;
  readonly path: VirtualPath;
}

/** A transfer between two others gives no sign of life to us: so long it may take. */
const PATIENCE_MS = 6 * 60 * 60_000;

/** Where the words do not tell something else, it is the way of copying that is refused. */
const unsupported = (path: VirtualPath, what: string, reply: FtpReply): FileError =>
  new FileError(plainKindOfReply(reply) ?? 'unsupported', path, {
    detail: `${what}: ${shownReply(reply)}`,
    reply: replyText(reply),
  });

/** Where the receiving server listens: always its own address, whatever it says (CVE-2026-8328). */
async function listenAt(
  session: FtpSession,
  path: VirtualPath,
  options: CallOptions,
): Promise<{ host: string; port: number }> {
  const host = session.peerAddress;
  const isV6 = isIP(host) === 6;
  const reply = await session.command({ verb: isV6 ? 'EPSV' : 'PASV' }, options);
  const text = reply.lines.join(' ');
  const port = isV6 ? parseExtendedPassive(text) : parsePassive(text)?.port;
  if (!isPositive(reply) || port === undefined) throw unsupported(path, 'the server names no port', reply);
  return { host, port };
}

/**
 * Has the source send the file to the target. Neither may be encrypted: how the two would know each other is not agreed
 * on by enough servers. Fails with `unsupported` when one of them refuses the other's address.
 */
export async function copyToServer(source: Side, target: Side, options: CallOptions = {}): Promise<void> {
  options.signal?.throwIfAborted();
  if (source.remote.settings.security !== 'none' || target.remote.settings.security !== 'none')
    throw new FileError('unsupported', source.path, { detail: 'encrypted servers do not copy to one another' });
  if (source.remote === target.remote)
    throw new FileError('unsupported', source.path, { detail: 'a server sends nothing to itself; copy within it' });
  // Always in the same order: two copies in opposite directions would wait for one another's connection.
  const isSourceFirst = source.remote.pool.id < target.remote.pool.id;
  const [first, second] = isSourceFirst ? [source.remote, target.remote] : [target.remote, source.remote];
  await first.pool.use(
    (one) =>
      second.pool.use((other) => {
        const [from, to] = isSourceFirst ? [one, other] : [other, one];
        return transfer(source, from, { ...target, session: to }, options);
      }, options),
    options,
  );
}

async function transfer(
  source: Side,
  from: FtpSession,
  target: Side & { readonly session: FtpSession },
  options: CallOptions,
): Promise<void> {
  const { session: to } = target;
  await from.useImageType(options);
  await to.useImageType(options);
  const { host, port } = await listenAt(to, target.path, options);
  const there =
    isIP(host) === 6
      ? { verb: 'EPRT', argument: printEprt(6, host, port) }
      : { verb: 'PORT', argument: printPort(host, port) };
  const agreed = await from.command(there, options);
  if (!isPositive(agreed)) throw unsupported(source.path, 'the server sends to no other server', agreed);
  const patient = { ...options, patienceMs: PATIENCE_MS };
  const stored = to.command({ verb: 'STOR', argument: target.remote.paths.toServer(target.path) }, patient);
  const sent = from.command({ verb: 'RETR', argument: source.remote.paths.toServer(source.path) }, patient);
  await Promise.all([
    sent.then((reply) => {
      if (!isPositive(reply)) throw unsupported(source.path, 'the server did not send', reply);
    }),
    stored.then((reply) => {
      if (!isPositive(reply)) throw unsupported(target.path, 'the server did not receive', reply);
    }),
  ]).catch(async (error: unknown) => {
    // Without the one the other would wait for ever: both are given up, and whichever had refused is not busy.
    await Promise.all([from.close(), to.close()]);
    throw error;
  });
}
