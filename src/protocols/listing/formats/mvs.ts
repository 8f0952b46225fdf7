/** MVS, now z/OS: data sets, and members of partitioned ones, mostly told apart by the heading above them. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { type Clock, clockMs, dayMs, whenOf } from './dates.ts';
import { wordsOf } from './fields.ts';
import { fact, type LineReader, type ListingFormat, named, NOTHING } from './format.ts';

const DATE = /^(\d{4})\/(\d{2})\/(\d{2})$/;
const DATA_SET = /^'?[A-Z0-9$#@-]{1,8}(?:\.[A-Z0-9$#@-]{1,8}){0,21}'?$/i;
const MEMBER = /^[A-Z$#@][A-Z0-9$#@]{0,7}$/i;
/** How data sets are organised that have their facts in a line: PO is partitioned, a directory of members. */
const ORGANISATION = /^(?:PO(?:-E)?|PS(?:-E|-L)?|PS-U|PO-U|DA(?:-U)?|IS|VS|VSAM|GDG|HFS|ZFS|PATH|\?)$/i;
const PARTITIONED = /^(?:PO(?:-E|-U)?)$/i;
/** What stands instead of facts: moved to other storage, on tape, or no data set at all. */
const WITHOUT_FACTS = /^(?:Migrated|ARCIVE|Pseudo|GDG|User|Error|Not|VSAM|Alias|Path)$/i;

type Heading = 'none' | 'data-sets' | 'members' | 'load-modules';
const HEADINGS: readonly (readonly [RegExp, Heading])[] = [
  [/^ *Volume +Unit +(?:Referred|Date)\b/i, 'data-sets'],
  [/^ *Name +VV\.MM +Created\b/i, 'members'],
  [/^ *Name +Size +TTR\b/i, 'load-modules'],
];

function dayOf(word: string | undefined): number | undefined {
  const [, year, month, day] = DATE.exec(word ?? '') ?? [];
  return year === undefined ? undefined : dayMs(Number(year), Number(month) - 1, Number(day));
}

/** Absolute names stand in quotes, and are used with them. */
const dataSetEntry = (name: string, type: ParsedEntry['type']): ParsedLine => named({ name, type });

/** Where facts are missing, words say why; `undefined` when they do not. */
function withoutFacts(words: readonly string[], name: string): ParsedLine | undefined {
  const [first = '', second = ''] = words;
  if (/^Pseudo$/i.test(first)) return dataSetEntry(name, 'directory');
  const isOnTape = words.length === 3 && /^Tape$/i.test(second);
  return isOnTape || WITHOUT_FACTS.test(first) ? dataSetEntry(name, 'file') : undefined;
}

/**
 * Volume, unit, date of the last use, extents, tracks, record format, lengths, organisation, name. The date is no time
 * of change, and tracks are no bytes.
 */
function dataSet(words: readonly string[]): ParsedLine | undefined {
  const name = words.at(-1) ?? '';
  if (words.length < 2 || !DATA_SET.test(name)) return undefined;
  const third = words[2] ?? '';
  const organisation = words.at(-2) ?? '';
  const isUsed = DATE.test(third) || /^\*\*NONE\*\*$/i.test(third) || ORGANISATION.test(third);
  if (!isUsed || !ORGANISATION.test(organisation)) return withoutFacts(words, name);
  return dataSetEntry(name, PARTITIONED.test(organisation) ? 'directory' : 'file');
}

/** Name, version, created, changed and its time, lines now and at first, changes, who. Lines are no bytes. */
function member(words: readonly string[]): ParsedLine | undefined {
  const [name = '', version = '', created, changed, time = '', ...others] = words;
  const day = dayOf(changed);
  if (!MEMBER.test(name) || !/^\d\d\.\d\d$/.test(version) || day === undefined) return undefined;
  const clock: Clock | undefined = clockMs(time);
  return named({
    name,
    type: 'file',
    ...whenOf(day, clock),
    ...fact('createdMs', dayOf(created)),
    ...fact('owner', others.length > 3 ? others.at(-1) : undefined),
  });
}

/** A load module: name, size in hexadecimal digits, place, and attributes. */
function loadModule([name = '', size = '', place = '']: readonly string[]): ParsedLine | undefined {
  if (!MEMBER.test(name) || !/^[0-9A-F]{6,8}$/i.test(size) || !/^[0-9A-F]{6}$/i.test(place)) return undefined;
  return named({ name, type: 'file', roughSizeBytes: Number.parseInt(size, 16) });
}

/** Members that were never edited have no statistics: below a heading a name alone is one. */
const bareMember = (words: readonly string[], heading: Heading): ParsedLine | undefined =>
  heading !== 'none' && heading !== 'data-sets' && words.length === 1 && MEMBER.test(words[0] ?? '')
    ? named({ name: words[0] ?? '', type: 'file' })
    : undefined;

function open(): LineReader {
  let heading: Heading = 'none';
  return {
    read(line) {
      const found = HEADINGS.find(([pattern]) => pattern.test(line));
      if (found !== undefined) {
        heading = found[1];
        return NOTHING;
      }
      const words = wordsOf(line, 16);
      if (heading === 'load-modules') return loadModule(words) ?? bareMember(words, heading);
      return member(words) ?? dataSet(words) ?? bareMember(words, heading);
    },
  };
}

export const mvsFormat: ListingFormat = { name: 'MVS', open };
