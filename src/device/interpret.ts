/** What a line means in its mode, and what the device says of a line that means nothing. */
import type { CommandRow, RunningSystem, Section } from './command.ts';
import type { Node } from './grammar/graph.ts';
import { type Parsed, parseLine, wordsOf } from './grammar/parse.ts';
import { type Mode, MODES, type ModeName } from './modes.ts';
import { type PipeClause, readPipe } from './terminal/output-filter.ts';

/** Where a line is typed. */
export interface Frame {
  readonly mode: ModeName;
  readonly sections: readonly Section[];
}

/** The grammar of a mode for a privilege level. */
export type Grammars = (mode: ModeName, privilege: number) => Node<CommandRow>;

export interface Meaning {
  readonly parsed: Extract<Parsed<CommandRow>, { outcome: 'command' }>;
  readonly negated: 'no' | 'default' | undefined;
  /** Without `no` and `do`. */
  readonly line: string;
  readonly frame: Frame;
  readonly pipe: PipeClause | undefined;
}

export interface Misunderstanding {
  /** What to print; lines end with `\n`. */
  readonly said: string;
  /** A single word that nothing begins with: IOS takes it for the name of a host. */
  readonly host?: string;
}

export type Interpretation = Meaning | Misunderstanding | undefined;

export interface Typist {
  readonly frame: Frame;
  readonly privilege: number;
  /** What stands before the line on the screen. */
  readonly promptLength: number;
  readonly grammars: Grammars;
  readonly system: RunningSystem;
}

/** Commands whose output can go through a pipe. */
const PIPED = /^(show|more|dir|verify|write|test|ping)\b/;

const caretAt = (column: number): string => `${' '.repeat(column)}^\n% Invalid input detected at '^' marker.\n\n`;

const INCOMPLETE = '% Incomplete command.\n\n';

function failureText(
  parsed: Exclude<Parsed<CommandRow>, { outcome: 'command' | 'empty' }>,
  line: string,
  before: number,
): string {
  if (parsed.outcome === 'ambiguous') return `% Ambiguous command:  "${parsed.typed}"\n`;
  if (parsed.outcome === 'invalid') return caretAt(before + parsed.column);
  const [first = ''] = wordsOf(line).map(({ text }) => text.toLowerCase());
  if (parsed.wordCount === 1 && first.length > 1)
    for (const word of ['show', 'clear'])
      if (word.startsWith(first)) return `% Type "${word} ?" for a list of subcommands\n`;
  return INCOMPLETE;
}

/** `no` or `default` in front, in a configuration mode. */
function negationOf(
  line: string,
  mode: Mode,
): { negated: 'no' | 'default' | undefined; rest: string; skipped: number } {
  const [matched, word = ''] = /^\s*(\S+)\s+/.exec(line) ?? [];
  const lower = word.toLowerCase();
  const isDefault = lower.length >= 3 && 'default'.startsWith(lower);
  if (matched === undefined || (lower !== 'no' && !(isDefault && mode.name !== 'exec')))
    return { negated: undefined, rest: line, skipped: 0 };
  return { negated: lower === 'no' ? 'no' : 'default', rest: line.slice(matched.length), skipped: matched.length };
}

/** `do COMMAND` in a configuration mode. */
function behindDo(line: string, mode: Mode): { readonly rest: string; readonly skipped: number } | undefined {
  const [matched] = mode.name === 'exec' ? [] : (/^\s*do\s+/i.exec(line) ?? []);
  return matched === undefined ? undefined : { rest: line.slice(matched.length), skipped: matched.length };
}

function inExec(line: string, skipped: number, typist: Typist): Interpretation {
  const { grammars, privilege, promptLength } = typist;
  const root = grammars('exec', privilege);
  const piped = readPipe(line);
  const whole = (): Interpretation => {
    const { negated, rest, skipped: no } = negationOf(line, MODES.exec);
    const parsed = parseLine(root, rest, { tail: negated === undefined ? 'needed' : 'optional' });
    return finish(parsed, { line: rest, negated, before: promptLength + skipped + no, typist, frame: typist.frame });
  };
  if ('command' in piped && piped.pipe === undefined) return whole();
  const head = line.slice(0, line.search(/\s\|/));
  const parsed = parseLine(root, head);
  if (parsed.outcome !== 'command' || !PIPED.test(parsed.words.join(' '))) return whole();
  if ('column' in piped) return { said: caretAt(promptLength + skipped + piped.column) };
  if ('incomplete' in piped) return { said: INCOMPLETE };
  return { parsed, negated: undefined, line: head, frame: typist.frame, pipe: piped.pipe };
}

interface Finishing {
  readonly line: string;
  readonly negated: 'no' | 'default' | undefined;
  /** Columns on the screen before the line. */
  readonly before: number;
  readonly typist: Typist;
  readonly frame: Frame;
}

function finish(parsed: Parsed<CommandRow>, { line, negated, before, frame }: Finishing): Interpretation {
  if (parsed.outcome === 'empty') return undefined;
  if (parsed.outcome === 'command') {
    if (negated !== undefined && parsed.row.negatable !== true) return { said: caretAt(before) };
    return { parsed, negated, line, frame, pipe: undefined };
  }
  const said = failureText(parsed, line, before);
  const words = wordsOf(line);
  const isHost = frame.mode === 'exec' && parsed.outcome === 'invalid' && words.length === 1;
  return { said, ...(isHost && { host: line.trim() }) };
}

const isMeaning = (found: Interpretation): found is Meaning => found !== undefined && 'parsed' in found;

/** Reads a line in a configuration mode; what its section does not know may belong to the global mode. */
function inConfiguration(line: string, typist: Typist): Interpretation {
  const { frame, grammars, promptLength, system } = typist;
  const { negated, rest, skipped } = negationOf(line, MODES[frame.mode]);
  const tail = negated === undefined ? 'needed' : 'optional';
  const before = promptLength + skipped;
  const read = (at: Frame): Interpretation =>
    finish(parseLine(grammars(at.mode, 15), rest, { tail }), { line: rest, negated, before, typist, frame: at });
  const here = read(frame);
  if (frame.mode === 'config' || here === undefined || isMeaning(here)) return here;
  const global = read({ mode: 'config', sections: [{ key: '', lines: system.config }] });
  return isMeaning(global) ? global : here;
}

/** What a line means; `undefined` for one that is empty or a comment. */
export function interpret(line: string, typist: Typist): Interpretation {
  if (line.trim() === '' || line.trimStart().startsWith('!')) return undefined;
  const mode = MODES[typist.frame.mode];
  if (mode.name === 'exec') return inExec(line, 0, typist);
  const done = behindDo(line, mode);
  if (done !== undefined) return inExec(done.rest, done.skipped, { ...typist, frame: typist.frame });
  return inConfiguration(line, typist);
}
