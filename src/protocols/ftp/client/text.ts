/**
 * Files as text (TYPE A, RFC 959 §3.1.1.1): servers that keep text in another form, in EBCDIC or in records, translate it
 * then. Lines end in LF here and in CRLF on the way. What arrives has another size than the file, so nothing can be continued
 * or compared, and nothing is tried again.
 */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { fromNetworkAscii, toNetworkAscii } from '../wire/ascii.ts';
import { at, type Remote } from './remote.ts';
import type { Incoming, Outgoing } from './session.ts';

const BUFFER_BYTES = 64 * 1024;

async function* piecesOf(incoming: Incoming, options: CallOptions): AsyncGenerator<Uint8Array, void, undefined> {
  const converter = fromNetworkAscii();
  for (;;) {
    const buffer = new Uint8Array(BUFFER_BYTES);
    const count = await incoming.read(buffer, options);
    if (count === 0) break;
    yield converter.convert(buffer.subarray(0, count));
  }
  yield converter.end();
}

/** The text of a file, in pieces; ends only when the server has confirmed that it was all. */
export async function* readText(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const lease = await remote.pool.lease(options);
  try {
    const command = { verb: 'RETR', argument: remote.paths.toServer(path) };
    const incoming = await lease.session.retrieve(command, { ...options, type: 'ascii' });
    try {
      yield* piecesOf(incoming, options);
    } finally {
      await incoming.abort();
    }
  } catch (error) {
    throw at(path, error);
  } finally {
    lease.release();
  }
}

async function send(outgoing: Outgoing, text: AsyncIterable<Uint8Array>, options: CallOptions): Promise<void> {
  const converter = toNetworkAscii();
  for await (const piece of text) await outgoing.write(converter.convert(piece), options);
  await outgoing.write(converter.end(), options);
  await outgoing.finish(options);
}

/** Writes text under its own name: servers that keep records rarely rename. Resolves when the server has confirmed it. */
export async function writeText(
  remote: Remote,
  path: VirtualPath,
  { text, ...options }: CallOptions & { readonly text: AsyncIterable<Uint8Array> },
): Promise<void> {
  const lease = await remote.pool.lease(options);
  try {
    const command = { verb: 'STOR', argument: remote.paths.toServer(path) };
    const outgoing = await lease.session.store(command, { ...options, type: 'ascii' });
    try {
      await send(outgoing, text, options);
    } finally {
      await outgoing.abort();
    }
  } catch (error) {
    throw at(path, error);
  } finally {
    lease.release();
  }
}
