/** MLST and MLSD lines: facts that a program can rely on, one row per fact (RFC 3659 §7). */
import { unbroken } from '../../base/one-line.ts';
import { compactTime } from '../../base/calendar.ts';
import { type ListedEntry, shownCount, shownMode } from './entry.ts';
import { mediaType } from './media-type.ts';

/** What a session may do; the letters of `perm` are made from it. */
export type ListingPermission =
  'list' | 'read' | 'write' | 'overwrite' | 'append' | 'delete' | 'rename' | 'make-directory' | 'set-attributes';

/** What a line needs besides the entry. */
export interface MlsxContext {
  readonly permissions: ReadonlySet<ListingPermission>;
  /** The directory that is listed (`cdir`) or the one above it (`pdir`); nothing for what stands in it. */
  readonly role?: 'current' | 'parent';
  /** What stands behind the facts instead of the entry's name: MLST shows a path. */
  readonly pathname?: string;
}

interface Fact {
  /** Whether a client gets it without asking (RFC 3659 §7.8: the star in FEAT). */
  readonly byDefault: 'on' | 'off';
  /** The value, or `undefined` to leave the fact out of this line. */
  readonly value: (entry: ListedEntry, context: MlsxContext) => string | undefined;
}

const FACT_TABLE = {
  type: { byDefault: 'on', value: typeValue },
  size: { byDefault: 'on', value: (entry) => (entry.type === 'directory' ? undefined : shownCount(entry.sizeBytes)) },
  modify: { byDefault: 'on', value: ({ modifiedMs }) => compactTime(modifiedMs) },
  create: {
    byDefault: 'off',
    value: ({ createdMs }) => (createdMs === undefined ? undefined : compactTime(createdMs)),
  },
  perm: { byDefault: 'on', value: (entry, { permissions }) => permLetters(entry, permissions) },
  unique: { byDefault: 'on', value: ({ uniqueId }) => (uniqueId === undefined ? undefined : escapedValue(uniqueId)) },
  'media-type': { byDefault: 'off', value: ({ type, name }) => (type === 'file' ? mediaType(name) : undefined) },
  'UNIX.mode': {
    byDefault: 'on',
    value: (entry) => (shownMode(entry) & 0o7777).toString(8).padStart(4, '0'),
  },
  'UNIX.owner': { byDefault: 'on', value: ({ ownerId }) => (ownerId === undefined ? undefined : shownCount(ownerId)) },
  'UNIX.group': { byDefault: 'on', value: ({ groupId }) => (groupId === undefined ? undefined : shownCount(groupId)) },
} as const satisfies Readonly<Record<string, Fact>>;

export type FactName = keyof typeof FACT_TABLE;

/** Every fact, in the order in which FEAT shows them. */
export const FACT_NAMES = Object.keys(FACT_TABLE) as readonly FactName[];

/** What a session shows until OPTS MLST says otherwise. */
export const DEFAULT_FACTS: readonly FactName[] = FACT_NAMES.filter((name) => FACT_TABLE[name].byDefault === 'on');

const FACT_BY_LOWER_CASE = new Map(FACT_NAMES.map((name) => [name.toLowerCase(), name]));

/** `fact=value;fact=value; name` without line end; no name ends it early. Never throws. */
export function mlsxLine(entry: ListedEntry, facts: readonly FactName[], context: MlsxContext): string {
  let line = '';
  for (const name of facts) {
    const value = (FACT_TABLE[name] as Fact).value(entry, context);
    if (value !== undefined) line += `${name}=${value};`;
  }
  return `${line} ${unbroken(context.pathname ?? entry.name)}`;
}

/** The line of FEAT: every fact, a star behind those that are on in this session (RFC 3659 §7.8). */
export const mlstFeature = (selected: readonly FactName[]): string =>
  `MLST ${FACT_NAMES.map((name) => `${name}${selected.includes(name) ? '*' : ''};`).join('')}`;

/** The text of the answer to OPTS MLST (RFC 3659 §7.9). */
export const mlstOptions = (selected: readonly FactName[]): string =>
  `MLST OPTS ${selected.map((name) => `${name};`).join('')}`.trimEnd();

/** `type;size;` of OPTS MLST: names in any case, unknown ones passed over, nothing for no facts at all. Never throws. */
export function parseFactSelection(text: string): readonly FactName[] {
  const wanted = new Set(text.split(';').map((name) => FACT_BY_LOWER_CASE.get(name.trim().toLowerCase())));
  return FACT_NAMES.filter((name) => wanted.has(name));
}

function typeValue(entry: ListedEntry, { role }: MlsxContext): string {
  if (role !== undefined) return role === 'current' ? 'cdir' : 'pdir';
  if (entry.type === 'file') return 'file';
  if (entry.type === 'directory') return 'dir';
  return entry.type === 'symlink' ? linkValue(entry.linkTarget) : 'OS.unix=other';
}

/** A target that would end the fact, or the facts, is left out: there is no way to quote it (RFC 3659 §7.2). */
const linkValue = (target: string | undefined): string =>
  target === undefined || /[\x00-\x20\x7f;]/.test(target) ? 'OS.unix=symlink' : `OS.unix=slink:${target}`;

/** Letters that no fact's value may hold, and the escape's own, become their number. */
const escapedValue = (value: string): string =>
  value.replace(/[^\x21-\x24\x26-\x3a\x3c-\x7e]/g, (letter) => `%${letter.charCodeAt(0).toString(16)}.`);

interface PermLetter {
  readonly letter: string;
  readonly on: 'file' | 'directory' | 'all';
  /** Nothing for what every session may do. */
  readonly needs?: ListingPermission;
}

/** RFC 3659 §7.5.5, in the alphabet's order. */
const PERM_LETTERS: readonly PermLetter[] = [
  { letter: 'a', on: 'file', needs: 'append' },
  { letter: 'c', on: 'directory', needs: 'write' },
  { letter: 'd', on: 'all', needs: 'delete' },
  { letter: 'e', on: 'directory' },
  { letter: 'f', on: 'all', needs: 'rename' },
  { letter: 'l', on: 'directory', needs: 'list' },
  { letter: 'm', on: 'directory', needs: 'make-directory' },
  { letter: 'p', on: 'directory', needs: 'delete' },
  { letter: 'r', on: 'file', needs: 'read' },
  { letter: 'w', on: 'file', needs: 'overwrite' },
];

/** A link has the letters of both kinds: only following it would tell what it leads to. */
function permLetters({ type }: ListedEntry, permissions: ReadonlySet<ListingPermission>): string {
  let letters = '';
  for (const { letter, on, needs } of PERM_LETTERS) {
    const applies = on === 'all' || on === type || type === 'symlink';
    if (applies && (needs === undefined || permissions.has(needs))) letters += letter;
  }
  return letters;
}
