/** TYPE, STRU and MODE: how a file is shown to the other side (RFC 959 §3.1, §3.4, §5.3.2). */

/** `ascii` converts line ends both ways; `image` moves the bytes as they are. */
export type RepresentationType = 'ascii' | 'image';

/** Every TYPE argument of the standard, and what it means here; the first row that fits wins. */
const TYPES: readonly { readonly form: RegExp; readonly means: RepresentationType | 'unsupported' }[] = [
  { form: /^A( +N)?$/, means: 'ascii' },
  { form: /^I$/, means: 'image' },
  { form: /^L +8$/, means: 'image' },
  // Telnet (T) and carriage control (C) formats, EBCDIC and other byte sizes belong to the standard but are not there.
  { form: /^A +[TC]$/, means: 'unsupported' },
  { form: /^E( +[NTC])?$/, means: 'unsupported' },
  { form: /^L +\d{1,3}$/, means: 'unsupported' },
];

/** A TYPE argument: a type that is there, one of the standard that is not (504), or no type at all (501). */
export const parseType = (text: string): RepresentationType | 'unsupported' | undefined =>
  TYPES.find(({ form }) => form.test(text.trim().toUpperCase()))?.means;

/** STRU and MODE: one letter each is there, the others of the standard are not. */
export function parseLetter(text: string, here: string, standard: string): 'here' | 'unsupported' | undefined {
  const letter = text.trim().toUpperCase();
  if (letter.length !== 1) return undefined;
  return letter === here ? 'here' : standard.includes(letter) ? 'unsupported' : undefined;
}
