/** Directories over SCP: what a source that is asked for all of them tells before it is told to send none. */
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, Entry, ListOptions } from '../../../files/file-system.ts';
import { isSendable } from '../wire/record.ts';
import { Program } from './program.ts';
import type { Remote } from './remote.ts';
import { type Announced, broken, entryOf, readBeginning, type Times } from './source-line.ts';

const BATCH = 256;
const NOT_WANTED = 'only asked';

/** Asks for it with everything below, and takes nothing: a file and a directory answer alike. */
async function startAsking(remote: Remote, path: VirtualPath, signal: AbortSignal | undefined): Promise<Program> {
  const flags = remote.dialect === 'device' ? (['-f'] as const) : (['-r', '-p', '-f'] as const);
  const program = await Program.start(remote, { flags, path, signal });
  try {
    await program.begin();
    return program;
  } catch (error) {
    program.abandon();
    throw error;
  }
}

/** What stands there, by the line that would begin its transfer. */
export async function statOverScp(remote: Remote, path: VirtualPath, { signal }: CallOptions = {}): Promise<Entry> {
  signal?.throwIfAborted();
  const program = await startAsking(remote, path, signal);
  try {
    const beginning = await readBeginning(remote, program, path);
    await program.refuse('fatal', NOT_WANTED).catch(() => undefined);
    program.finish();
    return entryOf(baseName(path), beginning);
  } catch (error) {
    program.abandon();
    throw error;
  }
}

/** What a directory holds, as its source names it; each is refused, and then the next one comes. */
export async function* listOverScp(
  remote: Remote,
  path: VirtualPath,
  { signal, onIssue }: ListOptions = {},
): AsyncGenerator<readonly Entry[], void, undefined> {
  signal?.throwIfAborted();
  const program = await startAsking(remote, path, signal);
  try {
    const { record } = await readBeginning(remote, program, path);
    if (record.kind !== 'directory') throw new FileError('not-directory', path);
    await program.acknowledge();
    let batch: Entry[] = [];
    for await (const entry of entriesOf(program, path, onIssue)) {
      batch.push(entry);
      if (batch.length < BATCH) continue;
      yield batch;
      batch = [];
    }
    if (batch.length > 0) yield batch;
    await program.acknowledge().catch(() => undefined);
    program.finish();
  } finally {
    program.abandon();
  }
}

async function* entriesOf(
  program: Program,
  path: VirtualPath,
  onIssue: ListOptions['onIssue'],
): AsyncGenerator<Entry, void, undefined> {
  let times: Times | undefined;
  for (;;) {
    const line = await program.line();
    if (line.kind === 'end') return;
    if (line.kind === 'fatal') throw program.refusedBy(line.text);
    if (line.kind === 'malformed') throw broken(path, line);
    if (line.kind === 'warning') onIssue?.({ path, line: line.text, why: 'the server cannot tell of it' });
    else if (line.kind === 'times') {
      times = line;
      await program.acknowledge();
    } else {
      yield entryIn(line, times);
      times = undefined;
      await program.refuse('warning', NOT_WANTED);
    }
  }
}

const entryIn = (record: Announced, times: Times | undefined): Entry => entryOf(record.name, { record, times });

/** Directories that are made get rights for all that the server's umask lets through. */
const DEFAULT_MODE = 0o777;

/** By sending a directory with nothing in it. */
export async function makeDirectoryOverScp(
  remote: Remote,
  path: VirtualPath,
  { signal, mode = DEFAULT_MODE }: CallOptions & { readonly mode?: number } = {},
): Promise<void> {
  signal?.throwIfAborted();
  if (path === ROOT) throw new FileError('exists', path);
  if (!isSendable(baseName(path)))
    throw new FileError('bad-name', path, { detail: 'SCP cannot say a name with a line end' });
  // A server takes a directory that is there for one that it has made.
  if (await stands(remote, path, signal)) throw new FileError('exists', path);
  const parent = resolvePath(ROOT, parentOf(path)) ?? ROOT;
  const program = await Program.start(remote, { flags: ['-r', '-d', '-t'], path: parent, signal });
  try {
    await program.accepted();
    await program.ask({ kind: 'directory', mode: mode & 0o777, name: baseName(path) });
    await program.ask({ kind: 'end' });
    program.finish();
  } catch (error) {
    program.abandon();
    throw error;
  }
}

export async function stands(remote: Remote, path: VirtualPath, signal: AbortSignal | undefined): Promise<boolean> {
  try {
    await statOverScp(remote, path, signal === undefined ? {} : { signal });
    return true;
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return false;
    // What stands there and cannot be sent stands there.
    if (error instanceof FileError && (error.kind === 'not-regular' || error.kind === 'denied')) return true;
    throw error;
  }
}
