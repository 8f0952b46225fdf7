/** Looking at names: STAT, LSTAT, OPENDIR and READDIR. */
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { orAborted } from '../../../base/wait.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, ListOptions, StatOptions } from '../../../files/file-system.ts';
import { isPartName } from '../../../files/part-name.ts';
import { readAttributes } from '../wire/attributes.ts';
import type { FieldReader } from '../wire/field-reader.ts';
import { PACKET, STATUS } from '../wire/numbers.ts';
import { type Answer, type Conversation, expect, refusalIn } from './conversation.ts';
import { entryOf } from './entry-of.ts';
import { at, refused, withKind } from './failure.ts';
import type { Server } from './server.ts';

/** `stat` of a file system. */
export async function statRemote(server: Server, path: VirtualPath, options: StatOptions = {}): Promise<Entry> {
  const type = options.links === 'stay' ? PACKET.lstat : PACKET.stat;
  const answer = await server
    .askAgain(path, type, (packet) => packet.text(path), options)
    .catch(async (error: unknown) => {
      throw await belowFile(server, path, error, options);
    });
  const entry = entryOf(baseName(path), readAttributes(expect(answer, PACKET.attrs)));
  return entry.type === 'symlink' && options.links === 'stay' ? await withTarget(server, path, entry, options) : entry;
}

/** Servers say "no such file" of a name below a file too. */
export async function belowFile(
  server: Server,
  path: VirtualPath,
  error: unknown,
  options: CallOptions,
): Promise<unknown> {
  if (!(error instanceof FileError) || error.kind !== 'not-found') return error;
  for (let above = parentOf(path); above !== ROOT; above = parentOf(above)) {
    const entry = await lookAt(server, above, options);
    if (entry !== undefined) return entry.type === 'file' ? withKind(error, 'not-directory') : error;
  }
  return error;
}

/** What stands under a name, links followed; `undefined` when nothing does, or nothing that may be seen. */
export async function lookAt(
  server: Server,
  path: VirtualPath,
  { signal, links = 'follow' }: StatOptions = {},
): Promise<Entry | undefined> {
  const type = links === 'stay' ? PACKET.lstat : PACKET.stat;
  const call = signal === undefined ? {} : { signal };
  try {
    const answer = await server.askAgain(path, type, (packet) => packet.text(path), call);
    return entryOf(baseName(path), readAttributes(expect(answer, PACKET.attrs)));
  } catch (error) {
    if (error instanceof FileError && error.reply !== undefined && !error.retryable) return undefined;
    throw error;
  }
}

/** A link is shown without its target where the server does not tell that. */
async function withTarget(server: Server, path: VirtualPath, entry: Entry, options: CallOptions): Promise<Entry> {
  try {
    return { ...entry, linkTarget: await readLink(server, path, options) };
  } catch (error) {
    if (error instanceof FileError && error.reply !== undefined) return entry;
    throw error;
  }
}

/** As in the kernel: a longer chain of links is taken for a circle. */
const MAX_LINKS = 40;

/** Where a name leads through links, also when nothing stands there yet, and what stands there. */
export async function throughLinks(
  server: Server,
  path: VirtualPath,
  options: CallOptions,
): Promise<{ readonly place: VirtualPath; readonly standing: Entry | undefined }> {
  let place = path;
  for (let followed = 0; followed <= MAX_LINKS; followed += 1) {
    const standing = await lookAt(server, place, { ...options, links: 'stay' });
    if (standing?.type !== 'symlink') return { place, standing };
    const next = resolvePath(parentOf(place), await readLink(server, place, options));
    if (next === undefined) throw new FileError('bad-name', path);
    place = next;
  }
  throw new FileError('too-many-links', path);
}

export async function readLink(server: Server, path: VirtualPath, options: CallOptions = {}): Promise<string> {
  const answer = await server.askAgain(path, PACKET.readlink, (packet) => packet.text(path), options);
  return firstName(answer);
}

/** The name in a NAME packet that has one. */
export function firstName(answer: Answer): string {
  const fields = expect(answer, PACKET.name);
  fields.uint32();
  return fields.text();
}

const AHEAD = 2;
/** Nobody packs more into one packet. */
const MOST_NAMES = 100_000;

/** `list` of a file system: what waits for the rest of its bytes is not shown. */
export async function* listRemote(
  server: Server,
  path: VirtualPath,
  options: ListOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  for await (const batch of listAll(server, path, options)) {
    const shown = batch.some(({ name }) => isPartName(name)) ? batch.filter(({ name }) => !isPartName(name)) : batch;
    if (shown.length > 0) yield shown;
  }
}

/** Everything. Two requests are under way, so that the network is not waited for with each batch. */
export async function* listAll(
  server: Server,
  path: VirtualPath,
  options: ListOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  const { signal } = options;
  const answer = await server
    .askAgain(path, PACKET.opendir, (packet) => packet.text(path), options)
    .catch(async (error: unknown) => {
      throw await whyNotListed(server, path, error, options);
    });
  const handle = expect(answer, PACKET.handle).string();
  const { conversation } = await server.talk(options);
  const next = (): Promise<Answer> => {
    const asked = conversation.ask(PACKET.readdir, (packet) => packet.string(handle));
    asked.catch(() => undefined);
    return asked;
  };
  const asked = Array.from({ length: AHEAD }, next);
  try {
    for (;;) {
      const batch = await orAborted(asked.shift() ?? next(), signal);
      const refusal = refusalIn(batch);
      if (refusal?.code === STATUS.eof) return;
      if (refusal !== undefined) throw refused(path, refusal);
      asked.push(next());
      const entries = entriesIn(expect(batch, PACKET.name), path, options);
      if (entries.length > 0) yield entries;
    }
  } catch (error) {
    throw at(path, error);
  } finally {
    await closeHandle(conversation, handle);
  }
}

async function whyNotListed(server: Server, path: VirtualPath, error: unknown, options: CallOptions): Promise<unknown> {
  if (!(error instanceof FileError) || error.reply === undefined) return error;
  const entry = await lookAt(server, path, options);
  if (entry !== undefined && entry.type !== 'directory') return withKind(error, 'not-directory');
  return await belowFile(server, path, error, options);
}

/** A name that would lead out of the directory is told, and left out. */
function entriesIn(fields: FieldReader, path: VirtualPath, { onIssue }: ListOptions): Entry[] {
  const entries: Entry[] = [];
  const count = Math.min(fields.uint32(), MOST_NAMES);
  for (let index = 0; index < count; index += 1) {
    const [name, longName] = [fields.text(), fields.text()];
    const attributes = readAttributes(fields);
    if (name === '.' || name === '..') continue;
    if (name === '' || name.includes('/') || name.includes('\0'))
      onIssue?.({ path, line: name, why: 'a name that would lead out of the directory' });
    else entries.push(entryOf(name, attributes, longName));
  }
  return entries;
}

/** The answer is not worth waiting for: what matters was confirmed before. */
export async function closeHandle(conversation: Conversation, handle: Uint8Array): Promise<void> {
  await conversation.ask(PACKET.close, (packet) => packet.string(handle)).catch(() => undefined);
}
