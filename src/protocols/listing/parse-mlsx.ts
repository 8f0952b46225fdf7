/** Lines of MLSD and MLST: facts, a blank, a name (RFC 3659 §7.2). */
import { parseTimeValue } from '../../base/time-value.ts';
import { fact, issue, named, NOTHING } from './formats/format.ts';
import type { ParsedEntry, ParsedLine } from './parsed.ts';

/** A line with more facts is not from a server that means well. */
const MAX_FACTS = 200;
/** Facts whose values some servers print with the blanks that they have, though none may hold one. */
const MAY_HOLD_BLANKS = /^(?:unix\.(?:owner|ownername|group|groupname)|type)$/;

type Facts = ReadonlyMap<string, string>;

/** Where the facts end: at the first blank, unless that is part of the name of an owner, a group or a link's target. */
function endOfFacts(line: string): number {
  const blank = line.indexOf(' ');
  if (blank <= 0 || line[blank - 1] === ';') return blank;
  const end = line.indexOf('; ', blank);
  if (end < 0) return blank;
  const parts = line.slice(0, end).split(';', MAX_FACTS);
  const isFact = (part: string): boolean => {
    const equals = part.indexOf('=');
    return equals > 0 && (!part.includes(' ') || MAY_HOLD_BLANKS.test(part.slice(0, equals).toLowerCase()));
  };
  return parts.every(isFact) ? end + 1 : blank;
}

/** Names in lower case; of two for one name the first counts, so that nothing behind it can change what was said. */
function factsOf(text: string): Facts | undefined {
  const facts = new Map<string, string>();
  for (const part of text.split(';', MAX_FACTS)) {
    const equals = part.indexOf('=');
    if (part === '') continue;
    if (equals < 1) return undefined;
    const name = part.slice(0, equals).toLowerCase();
    if (!facts.has(name)) facts.set(name, part.slice(equals + 1));
  }
  return facts;
}

const countOf = (text: string): number | undefined => {
  const count = /^\d{1,20}$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(count) ? count : undefined;
};

/** What the bits of a mode say that has those of the kind too. */
const TYPE_BITS: ReadonlyMap<number, ParsedEntry['type']> = new Map([
  [0o100000, 'file'],
  [0o040000, 'directory'],
  [0o120000, 'symlink'],
]);

const bitsOf = (facts: Facts): number | undefined => {
  const text = facts.get('unix.mode') ?? '';
  return /^[0-7]{1,7}$/.test(text) ? Number.parseInt(text, 8) : undefined;
};

/** Nobody said what it is; its mode may, or what may be done with it: only directories can be listed (RFC 3659 §7.5.5). */
function guessedType(facts: Facts): ParsedEntry['type'] {
  const byMode = TYPE_BITS.get((bitsOf(facts) ?? 0) & 0o170000);
  if (byMode !== undefined) return byMode;
  return /[celmp]/i.test(facts.get('perm') ?? '') ? 'directory' : 'file';
}

/** RFC 3659 §7.5.1; `OS.unix=slink:target` is what unix servers say of links, `symlink` what some others do. */
function typeOf(facts: Facts): Pick<ParsedEntry, 'type' | 'linkTarget'> {
  const text = facts.get('type') ?? '';
  const lower = text.slice(0, 20).toLowerCase();
  if (text === '') return { type: guessedType(facts) };
  if (lower === 'file' || lower === 'dir') return { type: lower === 'dir' ? 'directory' : 'file' };
  const prefix = ['os.unix=slink', 'os.unix=symlink', 'symlink', 'slink', 'link'].find((name) =>
    lower.startsWith(name),
  );
  const rest = prefix === undefined ? '' : text.slice(prefix.length);
  if (prefix === undefined || (rest !== '' && !rest.startsWith(':'))) return { type: 'other' };
  return rest.length > 1 ? { type: 'symlink', linkTarget: rest.slice(1) } : { type: 'symlink' };
}

const timesOf = (facts: Facts): Partial<ParsedEntry> => {
  const modify = facts.get('modify') ?? '';
  const modifiedMs = parseTimeValue(modify);
  return {
    ...fact('modifiedMs', modifiedMs),
    ...(modifiedMs === undefined ? {} : { modifiedPrecision: modify.includes('.') ? 'millisecond' : 'second' }),
    ...fact('createdMs', parseTimeValue(facts.get('create') ?? '')),
  };
};

/** The first of several names for the same that says something. */
const either = (facts: Facts, ...names: readonly string[]): string | undefined =>
  names.map((name) => facts.get(name)).find((value) => value !== undefined && value !== '');

function othersOf(facts: Facts, type: ParsedEntry['type']): Partial<ParsedEntry> {
  const mode = bitsOf(facts);
  // `sizd` is what a directory takes up; a directory's own size is no more than that.
  const size = facts.get('size') ?? (type === 'directory' ? facts.get('sizd') : undefined);
  return {
    ...fact('sizeBytes', countOf(size ?? '')),
    ...fact('mode', mode === undefined ? undefined : mode & 0o7777),
    ...fact('owner', either(facts, 'unix.owner', 'unix.ownername', 'unix.uid')),
    ...fact('group', either(facts, 'unix.group', 'unix.groupname', 'unix.gid')),
    ...fact('uniqueId', either(facts, 'unique')),
    ...fact('permissions', facts.get('perm')),
  };
}

/**
 * One line of MLSD, or the inner line of MLST without its leading blank. Of two facts of one name the first counts; a
 * fact with a value that makes no sense is as good as absent, but a size that is no number of bytes is an issue: an
 * entry without it would look empty. Never throws.
 */
export function parseMlsx(line: string): ParsedLine {
  if (line === '') return NOTHING;
  const blank = endOfFacts(line);
  const facts = blank < 0 ? undefined : factsOf(line.slice(0, blank));
  if (facts === undefined) return issue('this is no line of facts and a name');
  if (/^[cp]dir$/i.test(facts.get('type') ?? '')) return NOTHING;
  const type = typeOf(facts);
  const others = othersOf(facts, type.type);
  const hasBadSize = type.type === 'file' && (facts.get('size') ?? '') !== '' && others.sizeBytes === undefined;
  if (hasBadSize) return issue('a size that is none');
  return named({ name: line.slice(blank + 1), ...type, ...timesOf(facts), ...others });
}
