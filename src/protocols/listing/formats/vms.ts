/** OpenVMS: names with versions, sizes in blocks, and a second line where the first is too short. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { clockMs, dayMs, monthOf, type When } from './dates.ts';
import { type Field, fieldsOf } from './fields.ts';
import { type LineReader, type ListingFormat, named, NOTHING } from './format.ts';

const NAME = /^[A-Z0-9$_~^.\-]{1,255};\d{1,5}$/i;
const DATE = /^(\d{1,2})-([A-Z]{3})-(\d{4})$/i;
const BLOCK_BYTES = 512;

function whenOf(day: string, clock: string | undefined): When | undefined {
  const [, date, month = '', year] = DATE.exec(day) ?? [];
  const found = date === undefined ? undefined : dayMs(Number(year), monthOf(month) ?? -1, Number(date));
  if (found === undefined) return undefined;
  const time = clock === undefined ? undefined : clockMs(clock);
  return { modifiedMs: found + (time?.ms ?? 0), modifiedPrecision: time?.precision ?? 'day' };
}

/** Blocks used, or used and allocated: `12/24`. They bound the size, they do not tell it. */
const blocksOf = (text: string): number | undefined => {
  const [, blocks] = /^(\d{1,9})(?:\/\d{1,9})?$/.exec(text) ?? [];
  return blocks === undefined ? undefined : Number(blocks);
};

function detailsOf(fields: readonly Field[]): Partial<ParsedEntry> {
  const words = fields.map(({ text }) => text);
  const dateAt = words.findIndex((word) => DATE.test(word));
  const when = dateAt < 0 ? undefined : whenOf(words[dateAt] ?? '', words[dateAt + 1]);
  const blocks = words
    .slice(0, Math.max(0, dateAt))
    .map(blocksOf)
    .find((found) => found !== undefined);
  const [, group, owner] = /\[(?:([^,\]]*),)?([^\]]*)\]/.exec(words.slice(dateAt + 1).join('')) ?? [];
  return {
    ...when,
    ...(blocks === undefined ? {} : { sizeBytes: blocks * BLOCK_BYTES }),
    ...(group === undefined ? {} : { group }),
    ...(owner === undefined || owner === '' ? {} : { owner }),
  };
}

function entryOf(versioned: string, details: Partial<ParsedEntry>): ParsedLine {
  const directory = /^(.+)\.DIR;1$/i.exec(versioned)?.[1];
  return named({ ...details, name: directory ?? versioned, type: directory === undefined ? 'file' : 'directory' });
}

function open(): LineReader {
  let pending: string | undefined;
  const finish = (details: Partial<ParsedEntry>): ParsedLine | undefined => {
    const name = pending;
    pending = undefined;
    return name === undefined ? undefined : entryOf(name, details);
  };
  return {
    read(line) {
      if (/^(Directory |Total of |Grand total)/i.test(line)) return NOTHING;
      const [first, ...rest] = fieldsOf(line, 10);
      if (first === undefined) return undefined;
      if (pending !== undefined && first.start > 0) return finish(detailsOf([first, ...rest]));
      if (!NAME.test(first.text)) return undefined;
      const before = finish({});
      if (rest.length > 0) return before ?? entryOf(first.text, detailsOf(rest));
      pending = first.text;
      return before ?? NOTHING;
    },
    end: () => finish({}),
  };
}

export const vmsFormat: ListingFormat = { name: 'VMS', open };
