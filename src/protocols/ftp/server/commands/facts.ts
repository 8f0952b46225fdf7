/** What is known of one file, and changing it: SIZE, MDTM, MFMT, MFCT, MFF (RFC 3659; draft-somers-ftp-mfxx-04). */
import { resolvePath, type VirtualPath } from '../../../../base/virtual-path.ts';
import { FileError } from '../../../../files/error.ts';
import type { Attributes } from '../../../../files/file-system.ts';
import { toNetworkAscii } from '../../wire/ascii.ts';
import { type Reply, reply } from '../../wire/reply.ts';
import { parseTimeValue, printTimeValue } from '../../../../base/time-value.ts';
import { pathname } from '../arguments.ts';
import { type ArgumentSyntax, command } from '../command.ts';
import { convertedChunks } from '../send.ts';
import type { Session } from '../session.ts';

/** RFC 3659 §4.1 wants the size as it would be transferred. In ASCII the file must be read for it, so there is a bound. */
const ASCII_SIZE_BOUND_BYTES = 16 * 1024 * 1024;

const size = command({
  verbs: ['SIZE'],
  summary: 'Say how many bytes a transfer would move',
  source: 'RFC 3659 §4',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  argument: pathname,
  features: ['SIZE'],
  async *run(session, path) {
    const sizeBytes = await publishedSize(session, path);
    if (sizeBytes !== undefined)
      return yield session.type === 'image' ? reply(213, String(sizeBytes)) : await asciiSize(session, path, sizeBytes);
    // Nothing is there yet: what this client's own broken upload left is what it asks for before it goes on.
    const left = await session.files.interruptedSize?.(path, session.uploadOwner);
    yield left === undefined ? reply(550) : reply(213, String(left));
  },
});

/** The size of the regular file that everybody sees; `undefined` when there is no file. */
export async function publishedSize(session: Session, path: VirtualPath): Promise<number | undefined> {
  try {
    const { type, sizeBytes } = await session.files.stat(path);
    if (type === 'file') return sizeBytes;
    throw new FileError(type === 'directory' ? 'is-directory' : 'not-regular', path);
  } catch (error) {
    if (error instanceof FileError && error.kind === 'not-found') return undefined;
    throw error;
  }
}

async function asciiSize(session: Session, path: VirtualPath, sizeBytes: number): Promise<Reply> {
  if (sizeBytes > ASCII_SIZE_BOUND_BYTES) return reply(550, 'Too large to be counted in ASCII; use TYPE I.');
  await using file = await session.files.openReader(path);
  let count = 0;
  for await (const chunk of convertedChunks(file, toNetworkAscii())) count += chunk.length;
  return reply(213, String(count));
}

const modificationTime = command({
  verbs: ['MDTM'],
  summary: 'Say when a file was last modified (UTC)',
  source: 'RFC 3659 §3',
  login: 'required',
  permission: 'list',
  duringTransfer: 'waits',
  argument: pathname,
  features: ['MDTM'],
  async *run(session, path) {
    const { modifiedMs, type } = await session.files.stat(path);
    yield type === 'directory' ? reply(550, 'That is a directory.') : reply(213, printTimeValue(modifiedMs));
  },
});

interface TimedPath {
  readonly timeMs: number;
  readonly time: string;
  readonly path: VirtualPath;
}

const timedPath: ArgumentSyntax<TimedPath> = {
  usage: '<YYYYMMDDHHMMSS[.sss]> <pathname>',
  parse(text, session) {
    const [, time = '', name = ''] = /^(\S+) ([\s\S]+)$/.exec(text) ?? [];
    const timeMs = parseTimeValue(time);
    const path = name === '' ? undefined : resolvePath(session.workingDirectory, name);
    return timeMs === undefined || path === undefined ? undefined : { timeMs, time, path };
  },
};

/** Changes attributes where the place can; everything that does so comes through here. */
export async function setAttributes(
  session: Session,
  verb: string,
  path: VirtualPath,
  attributes: Attributes,
): Promise<void> {
  if (session.files.setAttributes === undefined) throw new FileError('unsupported', path);
  await session.files.setAttributes(path, attributes);
  session.changed(verb, path, Object.keys(attributes).join(', '));
}

const modifyModificationTime = command({
  verbs: ['MFMT'],
  summary: 'Set when a file was last modified (UTC)',
  source: 'draft-somers-ftp-mfxx-04 §3',
  login: 'required',
  permission: 'set-attributes',
  duringTransfer: 'waits',
  argument: timedPath,
  features: ['MFMT'],
  async *run(session, { timeMs, time, path }) {
    await setAttributes(session, 'MFMT', path, { modifiedMs: timeMs });
    yield reply(213, `Modify=${time}; ${path}`);
  },
});

const modifyCreationTime = command({
  verbs: ['MFCT'],
  summary: 'Set when a file was created (UTC)',
  source: 'draft-somers-ftp-mfxx-04 §4',
  login: 'required',
  permission: 'set-attributes',
  duringTransfer: 'waits',
  argument: timedPath,
  features: ['MFCT'],
  async *run(session, { timeMs, time, path }) {
    await setAttributes(session, 'MFCT', path, { createdMs: timeMs });
    yield reply(213, `Create=${time}; ${path}`);
  },
});

/** Set-user and set-group bits are no client's to give: on a server run by root they would make root's programs. */
export const MOST_MODE = 0o777;

/** The facts that MFF can change: how each is read, and which attribute it is. */
const CHANGEABLE: ReadonlyMap<string, (value: string) => Attributes | undefined> = new Map([
  ['modify', (value: string) => timed(value, (modifiedMs) => ({ modifiedMs }))],
  ['create', (value: string) => timed(value, (createdMs) => ({ createdMs }))],
  [
    'unix.mode',
    (value: string) =>
      /^[0-7]{1,5}$/.test(value) ? numbered(parseInt(value, 8), MOST_MODE, (mode) => ({ mode })) : undefined,
  ],
]);

const numbered = (value: number, most: number, make: (value: number) => Attributes): Attributes | undefined =>
  value <= most ? make(value) : undefined;
const timed = (value: string, make: (timeMs: number) => Attributes): Attributes | undefined => {
  const timeMs = parseTimeValue(value);
  return timeMs === undefined ? undefined : make(timeMs);
};

interface FactChange {
  readonly attributes: Attributes;
  /** The facts as they were sent, for the answer. */
  readonly facts: string;
  readonly path: VirtualPath;
}

const factChange: ArgumentSyntax<FactChange | 'unknown fact'> = {
  usage: '<fact>=<value>;... <pathname>',
  parse(text, session) {
    const [, facts = '', name = ''] = /^([^\s=;]+=[^\s;]*(?:;[^\s=;]+=[^\s;]*)*;?) ([\s\S]+)$/.exec(text) ?? [];
    const path = name === '' ? undefined : resolvePath(session.workingDirectory, name);
    if (path === undefined) return undefined;
    let attributes: Attributes = {};
    for (const [, fact = '', value = ''] of facts.matchAll(/([^\s=;]+)=([^\s;]*)/g)) {
      const read = CHANGEABLE.get(fact.toLowerCase());
      if (read === undefined) return 'unknown fact';
      const change = read(value);
      if (change === undefined) return undefined;
      attributes = { ...attributes, ...change };
    }
    return { attributes, facts, path };
  },
};

const modifyFacts = command({
  verbs: ['MFF'],
  summary: 'Set facts of a file',
  source: 'draft-somers-ftp-mfxx-04 §5',
  login: 'required',
  permission: 'set-attributes',
  duringTransfer: 'waits',
  argument: factChange,
  features: ['MFF Modify;Create;UNIX.mode;'],
  async *run(session, change) {
    if (change === 'unknown fact') return yield reply(504, 'One of these facts cannot be set here.');
    await setAttributes(session, 'MFF', change.path, change.attributes);
    yield reply(213, `${change.facts.replace(/;?$/, ';')} ${change.path}`);
  },
});

export const FACTS = [size, modificationTime, modifyModificationTime, modifyCreationTime, modifyFacts];
