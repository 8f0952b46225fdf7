/** The values of flags as the command line gave them, read as what they are meant to be. */
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';

export type Options = Readonly<Record<string, unknown>>;

export const textOf = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

export const isOn = (options: Options, name: string): boolean => options[name] === true;

/** A flag that makes no sense; `what` is the end of a sentence that begins with it. */
export const wrong = (flag: string, what: string): CommandError => new CommandError(EXIT.wrongUsage, `${flag} ${what}`);

/** A number from `least` up; `undefined` when the flag was not given. Throws a `CommandError` for anything else. */
export function numberOf(options: Options, name: string, flag: string, least = 1): number | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const value = /^\d{1,9}(\.\d{1,3})?$/.test(text) ? Number(text) : Number.NaN;
  if (!(value >= least)) throw wrong(flag, `must be a number from ${least} on, and not ${text}`);
  return value;
}
