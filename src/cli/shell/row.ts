/** What a command of the shell is: a row with its names, its options, and what it does. */
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import type { Run } from './session.ts';
import type { ParsedCommand, Word } from './words.ts';

export interface ShellRow {
  readonly name: string;
  readonly aliases?: readonly string[];
  /** What stands behind the name: `[-r] NAME... `. */
  readonly usage: string;
  readonly summary: string;
  /** Letters that may stand behind `-`; `*` takes every word as it is. */
  readonly flags?: string;
  /** How few and how many words there may be. */
  readonly words: readonly [least: number, most: number];
  /** What Tab completes: names there, here, or of commands. */
  readonly completes?: 'remote' | 'local' | 'command';
  /** The second name is one of the other side, as in `get NAME TARGET`. */
  readonly target?: 'other-side';
  /** Whether `&` may stand behind it. */
  readonly behind?: 'allowed';
  readonly run: (run: Run) => Promise<void>;
}

export const MANY = Number.POSITIVE_INFINITY;

export const usageOf = ({ name, usage }: ShellRow): string => `${name} ${usage}`.trim();

const isOption = ({ text }: Word): boolean => text.length > 1 && text.startsWith('-');

/** Parts options from words: `--` ends the options. Throws a `CommandError` with the usage. */
export function readOptions(row: ShellRow, { words }: ParsedCommand): Pick<Run, 'words' | 'flags'> {
  const [, ...rest] = words;
  const wrong = (why: string): never => {
    throw new CommandError(EXIT.wrongUsage, `${why}; usage: ${usageOf(row)}`);
  };
  const flags = new Set<string>();
  let index = 0;
  for (; row.flags !== '*' && index < rest.length; index += 1) {
    const word = rest[index];
    if (word === undefined || !isOption(word)) break;
    if (word.text === '--') {
      index += 1;
      break;
    }
    for (const letter of word.text.slice(1)) {
      if (!(row.flags ?? '').includes(letter)) wrong(`${row.name} has no option -${letter}`);
      flags.add(letter);
    }
  }
  const names = rest.slice(index);
  const [least, most] = row.words;
  if (names.length < least) wrong(`${row.name} needs ${least === 1 ? 'a word' : `${least} words`} behind it`);
  if (names.length > most) wrong(`${row.name} takes no more than ${most} words`);
  return { words: names, flags };
}
