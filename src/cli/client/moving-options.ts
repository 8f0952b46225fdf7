/** The flags of commands that move files, and what the copy engine is told. */
import { join } from 'node:path';
import type { Names } from '../../app/places/open-places.ts';
import { resumeRecords } from '../../app/resume-records.ts';
import { systemClock } from '../../base/clock.ts';
import { parseByteSize } from '../../config/byte-size.ts';
import { defaultStateDirectory } from '../../config/state-directory.ts';
import type { CopyOptions } from '../../files/copy/copy.ts';
import { createPace } from '../../files/copy/pace.ts';
import { CommandError, type OptionRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { isOn, numberOf, type Options, textOf } from './flag-values.ts';

export const MOVING_OPTIONS: readonly OptionRow[] = [
  { flags: '-r, --recursive', summary: 'whole directories' },
  { flags: '--resume', summary: 'continue what an earlier attempt left' },
  { flags: '--parallel <n>', summary: 'files at once (4), or parts of a single large file (1)' },
  { flags: '--verify', summary: 'compare hashes too; the size is always compared' },
  { flags: '--limit-rate <rate>', summary: 'bytes a second in all, such as 10M' },
  { flags: '--if-exists <what>', summary: 'replace (the default), refuse, or skip' },
  { flags: '--no-times', summary: 'do not carry times over' },
  { flags: '--modes', summary: 'carry permission bits over' },
  {
    flags: '--raw-names',
    summary: 'keep control characters in the names of local files, and do not write them as %1B',
  },
  { flags: '--server-side', summary: 'let servers copy by themselves where they can' },
  { flags: '-q, --quiet', summary: 'show no progress' },
  { flags: '-v, --verbose', summary: 'say what was done' },
  { flags: '--json', summary: 'one JSON event a line on standard output' },
];

const oneOf = <T extends string>(flag: string, text: string, choices: readonly T[]): T => {
  const found = choices.find((choice) => choice === text);
  if (found === undefined)
    throw new CommandError(EXIT.wrongUsage, `${flag} must be ${choices.join(' or ')}, and not ${text}`);
  return found;
};

const FILES_AT_ONCE = 4;

const parallelOf = (options: Options): number | undefined => {
  const number = numberOf(options, 'parallel', '--parallel');
  return number === undefined ? undefined : Math.floor(number);
};

/** How many of several files are moved at once. */
export const filesAtOnce = (options: Options): number => parallelOf(options) ?? FILES_AT_ONCE;

/** In how many parts a single file is moved. */
export const segmentsOf = (options: Options): number => parallelOf(options) ?? 1;

function rateOf(options: Options): number | undefined {
  const text = textOf(options, 'limitRate');
  if (text === undefined) return undefined;
  const rate = parseByteSize(text.replace(/\/s$/, ''));
  if (rate === undefined || rate < 1)
    throw new CommandError(EXIT.wrongUsage, `--limit-rate must be a size such as 10M, and not ${text}`);
  return rate;
}

/** Times unless told, where they can be kept. */
function keepOf(options: Options): Pick<CopyOptions, 'keep'> {
  if (options['times'] === false) return { keep: 'nothing' };
  return isOn(options, 'modes') ? { keep: 'times-and-modes' } : {};
}

/** What the copy engine is told. Throws a `CommandError` for flags that make no sense. */
export function copyOptions(options: Options): Omit<CopyOptions, 'onEvent' | 'signal'> {
  const rate = rateOf(options);
  const attempts = numberOf(options, 'retries', '--retries', 0);
  const retry = { attempts: 5, firstDelayMs: 500, maxDelayMs: 30_000 };
  return {
    clock: systemClock,
    verify: isOn(options, 'verify') ? 'hash' : 'size',
    ...keepOf(options),
    ifExists: oneOf('--if-exists', textOf(options, 'ifExists') ?? 'replace', ['replace', 'refuse', 'skip']),
    way: isOn(options, 'serverSide') ? 'server' : 'through-us',
    retry: attempts === undefined ? retry : { ...retry, attempts: Math.floor(attempts) + 1 },
    ...(rate === undefined ? {} : { pace: createPace(rate, systemClock) }),
    ...(isOn(options, 'resume')
      ? {
          resume: 'if-possible' as const,
          records: resumeRecords(join(defaultStateDirectory(), 'transfers'), systemClock),
        }
      : {}),
  };
}

/** How names of peers are written on this machine. */
export const namesOf = (options: Options): Names => (isOn(options, 'rawNames') ? 'raw' : 'encoded');
