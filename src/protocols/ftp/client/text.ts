/**
 * Files as text (TYPE A, RFC 959 §3.1.1.1): servers that keep text in another form, in EBCDIC or in records, translate it
 * then. Lines end in LF here and in CRLF on the way. What arrives has another size than the file, so nothing can be continued
 * or compared, and nothing is tried again.
 */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { fromNetworkAscii, toNetworkAscii } from '../wire/ascii.ts';
import { LentBytes } from './lent-bytes.ts';
import { at, type Remote } from './remote.ts';
import type { Outgoing } from './session.ts';

/** The text of a file, in pieces; ends only when the server has confirmed that it was all. */
export async function* readText(
  remote: Remote,
  path: VirtualPath,
  options: CallOptions = {},
): AsyncGenerator<Uint8Array, void, undefined> {
  const converter = fromNetworkAscii();
  const bytes = await openText(remote, path, options);
  try {
    for (let chunk = await bytes.next(); chunk !== undefined; chunk = await bytes.next()) {
      bytes.rest();
      yield converter.convert(chunk);
    }
    yield converter.end();
  } catch (error) {
    throw at(path, error);
  } finally {
    await bytes.close();
  }
}

async function openText(remote: Remote, path: VirtualPath, options: CallOptions): Promise<LentBytes> {
  const lease = await remote.pool.lease(options);
  try {
    const command = { verb: 'RETR', argument: remote.paths.toServer(path) };
    const incoming = await lease.session.retrieve(command, { ...options, type: 'ascii' });
    return new LentBytes(remote, { lease, incoming }, options.signal);
  } catch (error) {
    lease.release();
    throw at(path, error);
  }
}

async function send(outgoing: Outgoing, text: AsyncIterable<Uint8Array>, options: CallOptions): Promise<void> {
  const converter = toNetworkAscii();
  for await (const piece of text) await outgoing.write(converter.convert(piece), options);
  await outgoing.write(converter.end(), options);
  await outgoing.finish(options);
}

/** The same pieces, the first of them fetched already: it may have to come over the very connection that is then taken. */
async function begun(text: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const iterator = text[Symbol.asyncIterator]();
  let first: IteratorResult<Uint8Array, unknown> | undefined = await iterator.next();
  return {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        const next = first === undefined ? iterator.next() : Promise.resolve(first);
        first = undefined;
        return next;
      },
      return: async (value) => (await iterator.return?.(value)) ?? { done: true, value: undefined },
    }),
  };
}

/** Writes text under its own name: servers that keep records rarely rename. Resolves when the server has confirmed it. */
export async function writeText(
  remote: Remote,
  path: VirtualPath,
  { text, ...options }: CallOptions & { readonly text: AsyncIterable<Uint8Array> },
): Promise<void> {
  const pieces = await begun(text);
  const lease = await remote.pool.lease(options);
  try {
    const command = { verb: 'STOR', argument: remote.paths.toServer(path) };
    const outgoing = await lease.session.store(command, { ...options, type: 'ascii' });
    try {
      await send(outgoing, pieces, options);
    } finally {
      await outgoing.abort();
    }
  } catch (error) {
    throw at(path, error);
  } finally {
    lease.release();
  }
}
