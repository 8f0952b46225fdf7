/** MVS, now z/OS: data sets and members of partitioned ones, told apart by the heading above them. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs } from './dates.ts';
import { fieldsOf } from './fields.ts';
import { type LineReader, type ListingFormat, named, NOTHING } from './format.ts';

const DATE = /^(\d{4})\/(\d{2})\/(\d{2})$/;
const DATA_SET = /^'?[A-Z0-9$#@-]{1,8}(?:\.[A-Z0-9$#@-]{1,8}){0,21}'?$/i;
const MEMBER = /^[A-Z$#@][A-Z0-9$#@]{0,7}$/i;

type Heading = 'none' | 'data-sets' | 'members';

function dayOf(word: string | undefined): number | undefined {
  const [, year, month, day] = DATE.exec(word ?? '') ?? [];
  return year === undefined ? undefined : dayMs(Number(year), Number(month) - 1, Number(day));
}

const timed = (ms: number | undefined): Partial<ParsedEntry> =>
  ms === undefined ? {} : { modifiedMs: ms, modifiedPrecision: 'day' };

/** The last word is the name, the one before it the organisation: PO is a partitioned data set, a directory of members. */
function dataSet(words: readonly string[]): ParsedLine | undefined {
  const name = words.at(-1) ?? '';
  const isLine = words.length >= 8 || /^(Migrated|ARCIVE|Pseudo|VSAM|Not|Error)$/i.test(words[0] ?? '');
  if (!isLine || !DATA_SET.test(name)) return undefined;
  const isPartitioned = /^PO(-E)?$/i.test(words.at(-2) ?? '') || /^Pseudo$/i.test(words[0] ?? '');
  const referred = words.map(dayOf).find((found) => found !== undefined);
  return named({ name: name.replaceAll("'", ''), type: isPartitioned ? 'directory' : 'file', ...timed(referred) });
}

/** Name, version, created, changed and its time; a load module has its size in hexadecimal, some have a name alone. */
function member([name = '', second, created, changed, time = '']: readonly string[]): ParsedLine | undefined {
  const day = dayOf(changed) ?? dayOf(created);
  const isLine = second === undefined || day !== undefined || /^[0-9A-F]{6,8}$/.test(second);
  if (!MEMBER.test(name) || !isLine) return undefined;
  return named({ name, type: 'file', ...timed(day === undefined ? undefined : day + (clockMs(time)?.ms ?? 0)) });
}

function open(): LineReader {
  let heading: Heading = 'none';
  return {
    read(line) {
      if (/^\s*Volume\s+Unit\b/.test(line)) {
        heading = 'data-sets';
        return NOTHING;
      }
      if (/^\s*Name\s+(VV\.MM|Size)\b/.test(line)) {
        heading = 'members';
        return NOTHING;
      }
      if (heading === 'none') return undefined;
      const words = fieldsOf(line, 14).map(({ text }) => text);
      return heading === 'data-sets' ? dataSet(words) : member(words);
    },
  };
}

export const mvsFormat: ListingFormat = { name: 'MVS', open };
