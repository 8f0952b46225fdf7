/** Lines of MLSD and MLST: facts, a blank, a name (RFC 3659 §7.2). */
import { parseTimeValue } from '../../base/time-value.ts';
import { named, NOTHING } from './formats/format.ts';
import type { ParsedEntry, ParsedLine } from './parsed.ts';

/** A line with more facts is not from a server that means well. */
const MAX_FACTS = 200;

/** Names in lower case; of two for one name the first counts, so that nothing behind it can change what was said. */
function factsOf(text: string): ReadonlyMap<string, string> | undefined {
  const facts = new Map<string, string>();
  for (const fact of text.split(';', MAX_FACTS)) {
    const equals = fact.indexOf('=');
    if (fact === '') continue;
    if (equals < 1) return undefined;
    const name = fact.slice(0, equals).toLowerCase();
    if (!facts.has(name)) facts.set(name, fact.slice(equals + 1));
  }
  return facts;
}

const countOf = (text: string | undefined): number | undefined => {
  const count = text !== undefined && /^\d{1,16}$/.test(text) ? Number(text) : undefined;
  return Number.isSafeInteger(count) ? count : undefined;
};

/** RFC 3659 §7.5.1; `OS.unix=slink:target` is what unix servers say of links. */
function typeOf(text: string): Pick<ParsedEntry, 'type' | 'linkTarget'> {
  const lower = text.toLowerCase();
  if (lower === 'file') return { type: 'file' };
  if (lower === 'dir') return { type: 'directory' };
  const [, target] = /^os\.unix=s(?:ym)?link(?::(.*))?$/is.exec(text) ?? [];
  if (/^os\.unix=s(?:ym)?link/i.test(text))
    return { type: 'symlink', ...(target === undefined || target === '' ? {} : { linkTarget: target }) };
  return { type: 'other' };
}

const timesOf = (facts: ReadonlyMap<string, string>): Partial<ParsedEntry> => {
  const modify = facts.get('modify') ?? '';
  const modifiedMs = parseTimeValue(modify);
  const createdMs = parseTimeValue(facts.get('create') ?? '');
  return {
    ...(modifiedMs === undefined
      ? {}
      : { modifiedMs, modifiedPrecision: modify.includes('.') ? ('millisecond' as const) : ('second' as const) }),
    ...(createdMs === undefined ? {} : { createdMs }),
  };
};

/** The first of several names for the same. */
const either = (facts: ReadonlyMap<string, string>, ...names: readonly string[]): string | undefined =>
  names.map((name) => facts.get(name)).find((value) => value !== undefined);

const modeOf = (text = ''): Partial<ParsedEntry> =>
  /^[0-7]{1,6}$/.test(text) ? { mode: Number.parseInt(text, 8) & 0o7777 } : {};

function othersOf(facts: ReadonlyMap<string, string>): Partial<ParsedEntry> {
  const owner = either(facts, 'unix.owner', 'unix.ownername', 'unix.uid');
  const group = either(facts, 'unix.group', 'unix.groupname', 'unix.gid');
  const sizeBytes = countOf(facts.get('size') ?? facts.get('sizd'));
  const unique = facts.get('unique');
  const permissions = facts.get('perm');
  return {
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...modeOf(facts.get('unix.mode')),
    ...(owner === undefined ? {} : { owner }),
    ...(group === undefined ? {} : { group }),
    ...(unique === undefined ? {} : { uniqueId: unique }),
    ...(permissions === undefined ? {} : { permissions }),
  };
}

/**
 * One line of MLSD, or the inner line of MLST without its leading blank. A fact with a value that makes no sense is as
 * good as absent; a file whose size is no number of bytes is an issue. Never throws.
 */
export function parseMlsx(line: string): ParsedLine {
  if (line === '') return NOTHING;
  const blank = line.indexOf(' ');
  const facts = blank < 0 ? undefined : factsOf(line.slice(0, blank));
  if (facts === undefined) return { kind: 'issue', why: 'this is no line of facts and a name' };
  const type = facts.get('type') ?? 'file';
  if (/^[cp]dir$/i.test(type)) return NOTHING;
  const others = othersOf(facts);
  if (facts.has('size') && others.sizeBytes === undefined) return { kind: 'issue', why: 'a size that is none' };
  return named({ name: line.slice(blank + 1), ...typeOf(type), ...timesOf(facts), ...others });
}
