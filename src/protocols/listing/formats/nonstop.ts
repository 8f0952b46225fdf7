/** HP NonStop (Guardian): name, code, size, date, time, owner, and who may read, write, execute and purge. */
import type { ParsedLine } from '../parsed.ts';
import { countOf, type Field, fieldsOf, isCount } from './fields.ts';
import { fact, lineByLine, type ListingFormat, named, NOTHING } from './format.ts';
import { isWordedDay, wordedDate } from './worded-date.ts';

const HEADING = /^ *(?:File +Code +EOF\b|\$[^ .]{1,8}\.[^ ]{1,8} *$)/;
const OWNER = /^(\d{1,3}), {0,3}(\d{1,3})(?: |$)/;

function ownerOf(text: string): { readonly group?: string; readonly owner?: string } {
  const [, group, owner] = OWNER.exec(text) ?? [];
  return group === undefined || owner === undefined ? {} : { group, owner };
}

/** An open file has an `O` behind its code. */
const isLine = ([name = '', code = '', size = '', day = '']: readonly string[]): boolean =>
  /^[A-Z][A-Z0-9]{0,7}$/i.test(name) && /^\d{1,5}[A-Z+]{0,2}$/i.test(code) && isCount(size) && isWordedDay(day);

function read(line: string): ParsedLine | undefined {
  if (HEADING.test(line)) return NOTHING;
  const fields: readonly Field[] = fieldsOf(line, 6);
  const texts = fields.map(({ text }) => text);
  const [name = '', , size = '', day = '', time] = texts;
  if (!isLine(texts)) return undefined;
  const owner = fields[5] === undefined ? {} : ownerOf(line.slice(fields[5].start, fields[5].start + 20));
  return named({ name, type: 'file', ...fact('sizeBytes', countOf(size)), ...wordedDate(day, time), ...owner });
}

export const nonStopFormat: ListingFormat = lineByLine('NonStop', read);
