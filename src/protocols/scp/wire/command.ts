/** What an `exec` request for scp asks: `scp [-v] [-r] [-p] [-d] [-q] -t|-f path…` (OpenSSH's scp.c; rcp before it). */
import { splitWords, type Word } from './words.ts';

export interface ScpCommand {
  /** `-t`: the server is the sink, and receives; `-f`: it is the source, and sends. */
  readonly role: 'sink' | 'source';
  /** `-r`: whole directories. */
  readonly recursive: boolean;
  /** `-p`: with times and modes. */
  readonly preserve: boolean;
  /** `-d`: the target must be a directory. */
  readonly directory: boolean;
  /** One for a sink, one or more for a source. */
  readonly paths: readonly Word[];
}

export type ParsedCommand =
  | { readonly outcome: 'parsed'; readonly command: ScpCommand }
  /** `why` is a clause for the one who typed it. */
  | { readonly outcome: 'refused'; readonly why: string };

const PROGRAM = /^\s*(?:[^\s'"\\]*\/)?scp(?:\s|$)/;

/** Whether a command line asks for scp at all: also `/usr/bin/scp`, as some clients spell it. */
export const isScpCommand = (line: string): boolean => PROGRAM.test(line);

const refused = (why: string): ParsedCommand => ({ outcome: 'refused', why });

const FLAGS: ReadonlySet<string> = new Set('vrpdqtf');

interface Split {
  readonly flags: ReadonlySet<string>;
  readonly paths: readonly Word[];
}

/** Flags stand before the paths, joined or one by one, more than once too; `--` ends them. */
function splitFlags(words: readonly Word[]): Split | string {
  const flags = new Set<string>();
  for (const [index, { text }] of words.entries()) {
    if (text === '--') return { flags, paths: words.slice(index + 1) };
    if (!text.startsWith('-') || text === '-') return { flags, paths: words.slice(index) };
    for (const letter of text.slice(1)) {
      if (!FLAGS.has(letter)) return `there is no option -${letter}`;
      flags.add(letter);
    }
  }
  return { flags, paths: [] };
}

/** The words behind `scp`. Never throws. */
export function parseScpWords(words: readonly Word[]): ParsedCommand {
  const split = splitFlags(words);
  if (typeof split === 'string') return refused(split);
  const { flags, paths } = split;
  const [isSink, isSource] = [flags.has('t'), flags.has('f')];
  if (isSink === isSource) return refused(`say ${isSink ? 'only one of' : 'one of'} -t (receive) and -f (send)`);
  if (paths.length === 0) return refused('name a path');
  if (isSink && paths.length > 1) return refused('ambiguous target: name one path, in quotes if it has spaces');
  return {
    outcome: 'parsed',
    command: {
      role: isSink ? 'sink' : 'source',
      recursive: flags.has('r'),
      preserve: flags.has('p'),
      directory: flags.has('d'),
      paths,
    },
  };
}

/** The whole line, with its `scp`. Never throws. */
export function parseScpCommand(line: string): ParsedCommand {
  const split = splitWords(line);
  return split.outcome === 'refused' ? refused(split.why) : parseScpWords(split.words.slice(1));
}
