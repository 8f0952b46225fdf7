/** The first column of `ls -l`: a letter for the kind, nine for what is allowed, a mark for what they do not tell. */
import type { ParsedEntry } from '../parsed.ts';

/** Marks: ACL `+`, SELinux `.`, extended attributes `@`, encrypted or executable `*`, and AIX's `-` for none. */
const COLUMN = /^([-dlbcpsDnCMmPw?])([-rwxsStTlL]{9})[-+.@*]?$/;

const TYPES: ReadonlyMap<string, ParsedEntry['type']> = new Map([
  ['-', 'file'],
  // Contiguous (RTU), migrated to tape (SGI, Cray): files all the same.
  ['C', 'file'],
  ['M', 'file'],
  ['m', 'file'],
  ['d', 'directory'],
  ['l', 'symlink'],
]);

/** What the letter of a kind stands for; devices, FIFOs, sockets, doors and what is not known are `other`. */
export const typeOfLetter = (letter: string): ParsedEntry['type'] => TYPES.get(letter) ?? 'other';

/** `rwsr-xr-t` as bits; `undefined` when a letter stands where it means nothing. */
function modeBits(letters: string): number | undefined {
  if (!/^(?:[-r][-w][-xsSlL]){2}[-r][-w][-xtTsSlL]$/.test(letters)) return undefined;
  let mode = 0;
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters[index] ?? '';
    if (/[rwxst]/.test(letter)) mode |= 1 << (8 - index);
    // The third letter of each part also tells of setuid, setgid and the sticky bit; `l` is setgid without execution.
    if (/[sStTlL]/.test(letter)) mode |= 0o4000 >> Math.floor(index / 3);
  }
  return mode;
}

/** Kind and bits; `undefined` when the column is none. */
export function readMode(column: string): Pick<ParsedEntry, 'type' | 'mode'> | undefined {
  const [, letter = '', letters = ''] = COLUMN.exec(column) ?? [];
  if (letter === '') return undefined;
  const mode = modeBits(letters);
  return { type: typeOfLetter(letter), ...(mode === undefined ? {} : { mode }) };
}
