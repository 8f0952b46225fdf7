/** Lines of MLSD in answer to LIST: some servers know one way to print only. */
import { parseMlsx } from '../parse-mlsx.ts';
import { lineByLine, type ListingFormat } from './format.ts';

const BEGINNING =
  /^(?:type|size|sizd|modify|create|perm|unique|lang|media-type|charset|unix\.[a-z]{1,12}|win32\.[a-z]{1,12})=/i;

export const factsFormat: ListingFormat = lineByLine('facts', (line) =>
  BEGINNING.test(line) ? parseMlsx(line) : undefined,
);
