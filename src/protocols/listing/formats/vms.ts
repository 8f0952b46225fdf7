/** OpenVMS: names with versions, sizes in blocks, and a second line where the first is too short. */
import type { ParsedEntry, ParsedLine } from '../parsed.ts';
import { type Field, fieldsOf, roundedCount } from './fields.ts';
import { fact, type HeldLine, issue, type LineReader, type ListingFormat, named, NOTHING } from './format.ts';
import { isWordedDay, wordedDate } from './worded-date.ts';

const NAME = /^[^ \t/;]{1,255};\d{1,5}$/;
const HEADING = /^(?:Directory [^ ]|Total of \d|Grand total of \d)/i;
const BLOCK_BYTES = 512;
const MOST_FIELDS = 12;
/** What stands instead of the facts of a file that may not be looked at. */
const REFUSED = /^(?:%[A-Z]+-|no privilege|insufficient privilege)/i;

/** Blocks used, or used and allocated: `12/24`; some servers print `6KB`. They bound the size, they do not tell it. */
function sizeOf(word: string): number | undefined {
  const [, blocks] = /^(\d{1,10})(?:\/\d{1,10})?$/.exec(word) ?? [];
  return blocks === undefined ? roundedCount(word) : Number(blocks) * BLOCK_BYTES;
}

/** `[GROUP,OWNER]` or `[OWNER]`, without its brackets; some servers leave them out. */
function ownerOf(line: string): Partial<ParsedEntry> {
  const start = line.indexOf('[');
  const end = line.indexOf(']', start + 1);
  if (start < 0 || end < 0) return {};
  const parts = line.slice(start + 1, end).split(',');
  const owner = parts.pop()?.trim();
  const group = parts.join(',').trim();
  return { ...fact('owner', owner === '' ? undefined : owner), ...fact('group', group === '' ? undefined : group) };
}

/** The facts in any order; `undefined` when there is neither a size nor a date. */
function factsOf(line: string, fields: readonly Field[]): Partial<ParsedEntry> | undefined {
  const dateAt = fields.findIndex(({ text }) => isWordedDay(text));
  const sizes = fields.map(({ text }) => sizeOf(text));
  const size = sizes.find((found) => found !== undefined);
  if (dateAt < 0 && size === undefined) return undefined;
  const day = fields[dateAt];
  const when = day === undefined ? undefined : wordedDate(day.text, fields[dateAt + 1]?.text);
  const from = fields[0]?.start ?? 0;
  return { ...fact('roughSizeBytes', size), ...when, ...ownerOf(line.slice(from)) };
}

/** A directory is a file `NAME.DIR;1` to its system; to all who go into it, it is NAME. Files keep their versions. */
function entryOf(versioned: string, facts: Partial<ParsedEntry>): ParsedLine {
  const directory = /^(.+)\.DIR;1$/i.exec(versioned)?.[1];
  if (directory === undefined) return named({ ...facts, name: versioned, type: 'file' });
  const { modifiedMs, modifiedPrecision, owner, group } = facts;
  const who = { ...fact('owner', owner), ...fact('group', group) };
  const when = { ...fact('modifiedMs', modifiedMs), ...fact('modifiedPrecision', modifiedPrecision) };
  return named({ name: directory, type: 'directory', ...when, ...who });
}

/** A line of facts begins with one of them, and holds the date unless it is the size alone. */
function isSecondLine(fields: readonly Field[]): boolean {
  const first = fields[0]?.text ?? '';
  const isFact = sizeOf(first) !== undefined || isWordedDay(first) || first.startsWith('[');
  return isFact && (fields.length === 1 || fields.some(({ text }) => isWordedDay(text)));
}

const ALONE = issue('a name with a version, without the line of facts that belongs to it');

function open(): LineReader {
  let isProven = false;
  const held = (name: string): HeldLine => ({
    kind: 'held',
    join(next) {
      const fields = fieldsOf(next, MOST_FIELDS);
      const facts = isSecondLine(fields) ? factsOf(next, fields) : undefined;
      if (facts === undefined) return undefined;
      isProven = true;
      return entryOf(name, facts);
    },
    alone: isProven ? entryOf(name, {}) : ALONE,
  });
  return {
    read(line) {
      if (HEADING.test(line)) {
        isProven = true;
        return NOTHING;
      }
      const [first, ...rest] = fieldsOf(line, MOST_FIELDS);
      if (first === undefined || !NAME.test(first.text)) return undefined;
      const second = rest[0];
      if (second === undefined) return held(first.text);
      const facts = REFUSED.test(line.slice(second.start, second.start + 40)) ? {} : factsOf(line, rest);
      isProven ||= facts !== undefined;
      return facts === undefined ? undefined : entryOf(first.text, facts);
    },
  };
}

export const vmsFormat: ListingFormat = { name: 'VMS', open };
