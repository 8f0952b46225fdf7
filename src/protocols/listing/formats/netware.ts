/** NetWare: a letter, rights in brackets, and then as unix has it: `d [RWCEAFMS] admin 512 Mar 15 10:20 images`. */
import type { ParsedLine } from '../parsed.ts';
import { fieldsOf } from './fields.ts';
import { lineByLine, type ListingContext, type ListingFormat } from './format.ts';
import { tailEntry } from './ls-tail.ts';

const MOST_FIELDS = 14;
const RIGHTS = /^\[[-A-Z]{4,10}\]$/;

/** Old servers print both as one word: `d[R----F--]`. */
function read(line: string, context: ListingContext): ParsedLine | undefined {
  const [letter] = line;
  if (letter !== 'd' && letter !== '-') return undefined;
  const fields = fieldsOf(line, MOST_FIELDS);
  const first = fields[0]?.text ?? '';
  const isApart = first.length === 1;
  if (!RIGHTS.test(isApart ? (fields[1]?.text ?? '') : first.slice(1))) return undefined;
  const type = letter === 'd' ? 'directory' : 'file';
  return tailEntry(line, fields, context, { at: isApart ? 2 : 1, type, gap: 'padded' });
}

export const netwareFormat: ListingFormat = lineByLine('NetWare', read);
