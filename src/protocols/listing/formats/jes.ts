/** The spool of JES on z/OS: jobs, and below the heading of one job what it printed. */
import type { ParsedLine } from '../parsed.ts';
import { countOf, wordsOf } from './fields.ts';
import { fact, type LineReader, type ListingFormat, named, NOTHING } from './format.ts';

const JOB_HEADING = /^ *JOBNAME +JOBID +OWNER +STATUS\b/i;
const OUTPUT_HEADING = /^ *ID +STEPNAME +PROCSTEP +C +DDNAME +BYTE-COUNT/i;
const RULE = /^ *-{4,100} *$/;
const COUNT = /^ *\d{1,9} spool files? *$/i;
const JOB_ID = /^(?:JOB|STC|TSU|J|S|T)\d{5,7}$/i;
const STATUS = /^(?:INPUT|ACTIVE|OUTPUT|HELD|-HELD-|EXECUTING|AWAITING|OUTPUT\/[A-Z]+)$/i;

/** Name, number, owner, status, class and more; the older interface leaves the owner out. The number is what is asked for. */
function job(words: readonly string[]): ParsedLine | undefined {
  const [name = '', id = '', third = '', fourth = ''] = words;
  if (!/^[A-Z$#@][A-Z0-9$#@]{0,7}$/i.test(name) || !JOB_ID.test(id)) return undefined;
  const hasOwner = STATUS.test(fourth) && !STATUS.test(third);
  if (!hasOwner && !STATUS.test(third)) return undefined;
  return named({ name: id, type: 'file', ...fact('owner', hasOwner ? third : undefined) });
}

/** Number, step, step of a procedure, class, data set, bytes. It is asked for as the job's number and its own. */
function output(words: readonly string[], id: string): ParsedLine | undefined {
  const number = words[0] ?? '';
  // Steps and classes may be left out.
  const bytes = countOf(words.at(-1) ?? '');
  if (!/^\d{1,6}$/.test(number) || words.length < 3 || bytes === undefined) return undefined;
  return named({ name: `${id}.${Number(number)}`, type: 'file', sizeBytes: bytes });
}

const isHeading = (line: string): boolean => JOB_HEADING.test(line) || OUTPUT_HEADING.test(line);
const isFrame = (line: string): boolean => RULE.test(line) || COUNT.test(line);

function open(): LineReader {
  let id: string | undefined;
  let isBelowOutput = false;
  let isProven = false;
  return {
    read(line) {
      isBelowOutput ||= OUTPUT_HEADING.test(line);
      isProven ||= isBelowOutput || JOB_HEADING.test(line);
      if (isHeading(line) || (isProven && isFrame(line))) return NOTHING;
      const words = wordsOf(line, 10);
      if (isBelowOutput && id !== undefined) return output(words, id);
      const found = job(words);
      if (found?.kind === 'entry') [id, isProven] = [found.entry.name, true];
      return found;
    },
  };
}

export const jesFormat: ListingFormat = { name: 'JES', open };
