/** Reads a password: from a terminal without showing it, or as the first line of what is piped in. */
import { decodeName } from '../base/name.ts';
import { CommandError } from './command.ts';
import { EXIT } from './exit-code.ts';
import type { Input, Output } from './world.ts';

/** Longer input is not read: no password is that long. */
const MAX_BYTES = 4096;

const KEY = { interrupt: 0x03, endOfInput: 0x04, backspace: 0x08, newline: 0x0a, enter: 0x0d, delete: 0x7f } as const;

/** Takes the last character off, which may be several bytes of UTF-8. */
function dropCharacter(bytes: number[]): void {
  while (bytes.length > 0 && ((bytes.pop() ?? 0) & 0xc0) === 0x80);
}

/** Takes one key; true when it ends the line. */
function takeKey(key: number, bytes: number[], isTerminal: boolean): boolean {
  if (key === KEY.newline) return true;
  if (!isTerminal) {
    bytes.push(key);
    return false;
  }
  if (key === KEY.interrupt) throw new CommandError(EXIT.interrupted, 'interrupted');
  if (key === KEY.enter || key === KEY.endOfInput) return true;
  if (key === KEY.backspace || key === KEY.delete) dropCharacter(bytes);
  else bytes.push(key);
  return false;
}

/** Reads lines, one after another, from one stream. */
class LineReader {
  readonly #input: AsyncIterator<Uint8Array | string>;
  readonly #isTerminal: boolean;
  #rest: readonly number[] = [];

  constructor(input: Input) {
    this.#input = input[Symbol.asyncIterator]();
    this.#isTerminal = input.isTTY === true;
  }

  async line(): Promise<string> {
    const bytes: number[] = [];
    for (;;) {
      for (const [index, key] of this.#rest.entries()) {
        if (!takeKey(key, bytes, this.#isTerminal)) continue;
        this.#rest = this.#rest.slice(index + 1);
        return this.#text(bytes);
      }
      if (bytes.length > MAX_BYTES) throw new CommandError(EXIT.wrongUsage, 'that is too long for a password');
      const next = await this.#input.next();
      if (next.done === true) return this.#text(bytes);
      this.#rest = [...Buffer.from(next.value)];
    }
  }

  #text(bytes: number[]): string {
    return decodeName(Uint8Array.from(bytes.at(-1) === KEY.enter ? bytes.slice(0, -1) : bytes));
  }
}

async function askTwice(lines: LineReader, output: Output): Promise<string> {
  output.write('Password: ');
  const first = await lines.line();
  output.write('\nThe same again: ');
  const second = await lines.line();
  output.write('\n');
  if (first !== second) throw new CommandError(EXIT.failed, 'the two passwords differ; start again');
  return first;
}

/** The password. Throws a {@link CommandError} when the two entries at a terminal differ, or at Ctrl-C (130). */
export async function readPassword(input: Input, output: Output): Promise<string> {
  const lines = new LineReader(input);
  if (input.isTTY !== true) return lines.line();
  input.setRawMode?.(true);
  try {
    return await askTwice(lines, output);
  } finally {
    input.setRawMode?.(false);
  }
}

/** One line from a terminal, not shown while it is typed. Throws a {@link CommandError} at Ctrl-C (130). */
export async function readAnswer(question: string, input: Input, output: Output): Promise<string> {
  const lines = new LineReader(input);
  output.write(question);
  input.setRawMode?.(true);
  try {
    return await lines.line();
  } finally {
    input.setRawMode?.(false);
    output.write('\n');
  }
}

/** The same for what is no secret: the terminal shows it. */
export async function readShown(question: string, input: Input, output: Output): Promise<string> {
  output.write(question);
  return await new LineReader(input).line();
}
