/** What a command is: a row with its name, its options and what it does. */
import type { World } from './world.ts';

export interface OptionRow {
  /** `--root <dir>`, as commander reads it. */
  readonly flags: string;
  readonly summary: string;
  readonly repeatable?: true;
  /** Of options whose order counts: the name under which all of them gather as filter rules, in the order typed. */
  readonly into?: 'filter';
}

export interface CommandRow {
  /** `serve`, or `user hash` for a command within a group. */
  readonly name: string;
  readonly summary: string;
  /** Lines to copy, each with what it does. */
  readonly examples: readonly (readonly [line: string, what: string])[];
  /** Words behind the name: `<session>`, `[address]`, `[file...]`. */
  readonly arguments?: readonly { readonly syntax: string; readonly summary: string }[];
  readonly options: readonly OptionRow[];
  /** Does it, and gives the exit code. `options` holds the values by their camel-case names, `args` the words. */
  run(options: Readonly<Record<string, unknown>>, world: World, args: readonly string[]): Promise<number>;
}

/** An error meant for people: one sentence that says what to do next. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: number;

  constructor(exitCode: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}
