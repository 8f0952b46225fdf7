/** Configuration that comes as text, typed in line by line: at boot, and when a file is copied to running-config. */
import type { Call, CommandRow, LineSession, RunningSystem, Section } from './command.ts';
import { CommandRefusal } from './command.ts';
import type { Node } from './grammar/graph.ts';
import { type Parsed, parseLine } from './grammar/parse.ts';
import type { ModeName } from './modes.ts';

/** The grammar of each mode, at the highest privilege. */
export interface ConfigTyping {
  readonly graph: (mode: ModeName) => Node<CommandRow>;
}

interface Frame {
  readonly mode: ModeName;
  readonly sections: readonly Section[];
}

/** Lines that a saved configuration has and nobody types. */
const FRAMING =
  /^\s*(!.*|end|Building configuration.*|Current configuration.*|version .*|boot-(start|end)-marker|Using \d+ .*)?$/;

const never = (): Promise<never> => Promise.reject(new CommandRefusal('nobody is there to answer'));

/** Somebody who types and cannot be asked. */
class Paste implements LineSession {
  readonly line = { kind: 'con', number: 0, absolute: 0 } as const;
  readonly peer = undefined;
  readonly user = undefined;
  readonly sinceMs = 0;
  readonly idleMs = 0;
  readonly history: readonly string[] = [];
  privilege = 15;
  rows = 0;
  columns = 0;
  monitor = false;
  historySize = 0;
  directory: LineSession['directory'];
  frame: Frame;

  constructor(system: RunningSystem) {
    this.directory = { volume: system.volumes.main, path: '/' as LineSession['directory']['path'] };
    this.frame = rootFrame(system);
  }

  ask = never;
  confirm = never;
  write = (): Promise<void> => Promise.resolve();
  onInterrupt = (): (() => void) => () => undefined;

  enter(mode: ModeName, sections: readonly Section[]): void {
    this.frame = { mode, sections };
  }

  leave(): void {
    this.end();
  }

  hangUp(): void {
    this.end();
  }

  end(): void {
    // What ends is the paste itself, with its last line.
  }
}

const rootFrame = ({ config }: RunningSystem): Frame => ({ mode: 'config', sections: [{ key: '', lines: config }] });

/** A banner spans lines until its delimiter stands again: one line of typing. */
function* typedLines(text: string): Generator<string> {
  const lines = text.split(/\r?\n/);
  for (let index = 0; index < lines.length; index += 1) {
    let line = lines[index] ?? '';
    const [, , delimiter] = /^banner (\w+) (\^C|.)/.exec(line) ?? [];
    if (delimiter !== undefined && line.indexOf(delimiter) === line.lastIndexOf(delimiter))
      while (index + 1 < lines.length && line.indexOf(delimiter) === line.lastIndexOf(delimiter)) {
        index += 1;
        line += `\n${lines[index] ?? ''}`;
      }
    yield line;
  }
}

const refusalOf = (line: string, column: number): string =>
  `${line}\n${' '.repeat(column)}^\n% Invalid input detected at '^' marker.\n`;

async function typeLine(
  system: RunningSystem,
  paste: Paste,
  line: string,
  typing: ConfigTyping,
): Promise<string | undefined> {
  const [, negation, rest = ''] = /^\s*(?:(no|default)\s+)?(.*)$/s.exec(line) ?? [];
  const negated = negation === 'no' || negation === 'default' ? negation : undefined;
  const tail = negated === undefined ? 'needed' : 'optional';
  const parsed = readWhereTyped(system, paste, rest, { typing, tail });
  if (parsed.outcome === 'empty') return undefined;
  if (parsed.outcome !== 'command')
    return refusalOf(line, parsed.outcome === 'invalid' ? line.length - rest.length + parsed.column : line.length);
  const { row, args, words } = parsed;
  const call: Call = {
    args,
    words,
    line: rest,
    negated,
    sections: paste.frame.sections,
    session: paste,
    system,
    signal: new AbortController().signal,
  };
  return await complaintOf(row, call);
}

/** What the device says against a line that it understood. */
async function complaintOf(row: CommandRow, call: Call): Promise<string | undefined> {
  try {
    const said = await row.run(call);
    return typeof said === 'string' && said.startsWith('%') ? said : undefined;
  } catch (error) {
    if (error instanceof CommandRefusal) return `${error.message}\n`;
    throw error;
  }
}

/** Reads a line where it was typed; one that its section does not know belongs to the level above. */
function readWhereTyped(
  system: RunningSystem,
  paste: Paste,
  rest: string,
  { typing, tail }: { readonly typing: ConfigTyping; readonly tail: 'needed' | 'optional' },
): Parsed<CommandRow> {
  const here = parseLine(typing.graph(paste.frame.mode), rest, { tail });
  if (here.outcome === 'command' || paste.frame.mode === 'config') return here;
  paste.frame = rootFrame(system);
  return parseLine(typing.graph('config'), rest, { tail });
}

/** Types `text`; gives what the device says of lines that it refuses. Lines that frame a saved configuration are passed over. */
export async function typeConfiguration(
  system: RunningSystem,
  text: string,
  typing: ConfigTyping,
): Promise<readonly string[]> {
  const paste = new Paste(system);
  const refusals: string[] = [];
  for (const line of typedLines(text)) {
    if (/^!/.test(line)) paste.frame = rootFrame(system);
    if (FRAMING.test(line)) continue;
    if (!/^\s/.test(line) && paste.frame.mode !== 'config') paste.frame = rootFrame(system);
    const refusal = await typeLine(system, paste, line, typing);
    if (refusal !== undefined) refusals.push(refusal);
  }
  return refusals;
}
