/** Runs a command of the client: opens places for it, stops it at a signal, and tells what failed in words or JSON. */
import { OpenPlaces } from '../../app/places/open-places.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { printable } from '../../base/escape.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { FileError } from '../../files/error.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { explainFailure } from '../failure.ts';
import type { World } from '../world.ts';
import { connectOptions, isOn, type Options } from './connect-options.ts';
import { jsonLine } from './json-line.ts';

/** What a command of the client works with. */
export interface Client {
  readonly places: OpenPlaces;
  readonly signal: AbortSignal;
  readonly world: World;
  readonly options: Options;
  readonly json: 'yes' | 'no';
  /** Something that went wrong without ending the command; the exit code becomes 8. */
  fail(error: unknown, where: string): void;
  /** Something to know. */
  warn(sentence: string): void;
  /** A line of JSON on standard output. */
  event(event: Readonly<Record<string, unknown>>): void;
}

export type ClientCommand = (client: Client, args: readonly string[]) => Promise<number>;

/** What failed, by the name that the user knows it by. */
function failureLine(error: unknown, where: string): string {
  const { sentence } = explainFailure(error);
  const isNamed = error instanceof FileError && sentence.startsWith(`${error.path}: `);
  return isNamed
    ? `${where}: ${sentence.slice(error.path.length + 2)}`
    : where === ''
      ? sentence
      : `${where}: ${sentence}`;
}

const kindOf = (error: unknown): string =>
  error instanceof FileError ? error.kind : error instanceof ConfigurationError ? 'usage' : 'other';

/** An error as JSON has it. */
const errorEvent = (error: unknown, where: string): Readonly<Record<string, unknown>> => ({
  event: 'error',
  ...(where === '' ? {} : { where }),
  kind: kindOf(error),
  message: failureLine(error, ''),
  ...(error instanceof FileError ? { path: error.path, reply: error.reply, retryable: error.retryable } : {}),
  exitCode: explainFailure(error).code,
});

/** The process's name in a list of processes must not show what the command line says. */
const titleOf = (name: string, args: readonly string[]): string =>
  `portcall ${name} ${args.map((arg) => printable(withoutPassword(arg))).join(' ')}`;

/** Runs `act` with open places, and ends them. Rejects with what failed, after it was told as JSON where that is wanted. */
export async function runClient(
  name: string,
  act: ClientCommand,
  { options, world, args }: { readonly options: Options; readonly world: World; readonly args: readonly string[] },
): Promise<number> {
  world.setTitle(titleOf(name, args));
  const stop = new AbortController();
  let signals = 0;
  const leave = world.onStopSignal(() => {
    signals += 1;
    if (signals > 1) world.exitNow(EXIT.interrupted);
    stop.abort();
  });
  const json = isOn(options, 'json') ? 'yes' : 'no';
  let failures = 0;
  const event = (value: Readonly<Record<string, unknown>>): void => void world.stdout.write(jsonLine(value));
  const client = (places: OpenPlaces): Client => ({
    places,
    signal: stop.signal,
    world,
    options,
    json,
    event,
    fail(error, where) {
      stop.signal.throwIfAborted();
      failures += 1;
      if (json === 'yes') event(errorEvent(error, where));
      else world.stderr.write(`portcall: ${printable(failureLine(error, where))}\n`);
    },
    warn: (sentence) => void world.stderr.write(`portcall: ${printable(sentence)}\n`),
  });
  try {
    await using places = new OpenPlaces({ ...(await connectOptions(options, world)), signal: stop.signal });
    const code = await act(client(places), args);
    // What failed while the rest went on: whoever reads the code must look which.
    return failures > 0 ? EXIT.partial : code;
  } catch (error) {
    if (json === 'yes') event(errorEvent(error, ''));
    throw toCommandError(error);
  } finally {
    leave();
  }
}

/** What JSON has said already is said to people on standard error in any case. */
function toCommandError(error: unknown): unknown {
  if (!(error instanceof FileError)) return error;
  const { code, sentence } = explainFailure(error);
  return new CommandError(code, sentence, { cause: error });
}
