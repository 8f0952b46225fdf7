/** Runs a command of the client: opens places for it, stops it at a signal, and tells what failed in words or JSON. */
import { OpenPlaces } from '../../app/places/open-places.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { systemClock } from '../../base/clock.ts';
import { printable } from '../../base/escape.ts';
import { CommandError } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { codeOfMany } from '../failure.ts';
import type { World } from '../world.ts';
import { Board } from './board.ts';
import { bookmarked } from './bookmarked.ts';
import { connectOptions } from './connect-options.ts';
import { isOn, type Options } from './flag-values.ts';
import { codeOfFailure, errorEvent, failureLine, fileErrorOf, kindOf } from './failure-line.ts';
import { jsonLine } from './json-line.ts';
import type { Screen } from './running-copies.ts';

/** What a command of the client works with. */
export interface Client {
  readonly places: OpenPlaces;
  readonly signal: AbortSignal;
  readonly world: World;
  readonly options: Options;
  readonly json: 'yes' | 'no';
  /** One of several things went wrong without ending the command. */
  fail(error: unknown, where: string): void;
  /** One of several things was done. */
  did(): void;
  /** The lines at the end of the terminal that show what runs. */
  readonly board: Board;
  /** The size of the terminal on standard error. */
  readonly screen: () => Screen;
  /** A line on standard error, in peace with the board. */
  say(text: string): void;
  /** Something to know. */
  warn(sentence: string): void;
  /** A line of JSON on standard output. */
  event(event: Readonly<Record<string, unknown>>): void;
}

export type ClientCommand = (client: Client, args: readonly string[]) => Promise<number>;

interface Invocation {
  readonly options: Options;
  readonly world: World;
  readonly args: readonly string[];
}

/** What became of the several things that a command was to do. */
class Tally {
  readonly codes: number[] = [];
  done = 0;

  /** The code of the command: its own unless it is 0, 8 when some failed, and that of all when all failed in one way. */
  codeOr(code: number): number {
    if (this.codes.length === 0 || code !== EXIT.done) return code;
    return this.done > 0 ? EXIT.partial : codeOfMany(this.codes);
  }
}

const DEFAULT_SCREEN: Screen = { columns: 80, rows: 24 };

/** Some terminals do not know their size, and say 0. */
function screenOf({ stderr: { columns = 0, rows = 0 } }: World): Screen {
  return columns > 0 && rows > 0 ? { columns, rows } : DEFAULT_SCREEN;
}

/** The process's name in a list of processes must not show what the command line says. */
const titleOf = (name: string, args: readonly string[]): string =>
  `portcall ${name} ${args.map((arg) => printable(withoutPassword(arg))).join(' ')}`;

function createClient(places: OpenPlaces, tally: Tally, signal: AbortSignal, { options, world }: Invocation): Client {
  const json = isOn(options, 'json') ? 'yes' : 'no';
  const event = (value: Readonly<Record<string, unknown>>): void => void world.stdout.write(jsonLine(value));
  const { stderr } = world;
  const board = new Board({ write: (text) => void stderr.write(text), clock: systemClock });
  const say = (text: string): void => {
    board.clear();
    stderr.write(`${printable(text)}\n`);
  };
  return {
    places,
    signal,
    world,
    options,
    json,
    event,
    board,
    screen: () => screenOf(world),
    say,
    did: () => void (tally.done += 1),
    fail(error, where) {
      signal.throwIfAborted();
      tally.codes.push(codeOfFailure(error));
      if (json === 'yes') event(errorEvent(error, where));
      say(`portcall: ${hinted(error, failureLine(error, where), places)}`);
    },
    warn(sentence) {
      if (json === 'yes') event({ event: 'warning', message: sentence });
      say(`portcall: ${sentence}`);
    },
  };
}

/** The sentence of a failure, with a hint where nothing was found. */
function hinted(error: unknown, sentence: string, places: OpenPlaces): string {
  const hint = kindOf(error) === 'not-found' ? places.hintFor(sentence) : undefined;
  return hint === undefined ? sentence : `${sentence} (${hint})`;
}

/** Rejects with the failure of `act`, and with a hint where there is one. */
async function withHint<T>(places: OpenPlaces, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const sentence = failureLine(error, '');
    const told = hinted(error, sentence, places);
    if (told === sentence) throw error;
    throw new CommandError(codeOfFailure(error), told, { cause: fileErrorOf(error) });
  }
}

/** Runs `act` with open places, and ends them. Rejects with what failed, after it was told as JSON where that is wanted. */
export async function runClient(name: string, act: ClientCommand, invocation: Invocation): Promise<number> {
  const { options, world, args } = invocation;
  world.setTitle(titleOf(name, args));
  const stop = new AbortController();
  let signals = 0;
  const onSignal = (): void => {
    signals += 1;
    if (signals > 1) world.exitNow(EXIT.interrupted);
    stop.abort();
  };
  // A client has nothing to reload: the terminal that it ran in has been closed.
  const leaving = [world.onStopSignal(onSignal), world.onReloadSignal?.(onSignal)];
  const tally = new Tally();
  try {
    const connecting = { ...(await connectOptions(options, world)), signal: stop.signal };
    await using places = new OpenPlaces(connecting, bookmarked(options, world, stop.signal));
    const code = await withHint(places, () => act(createClient(places, tally, stop.signal, invocation), args));
    return tally.codeOr(code);
  } catch (error) {
    // Whatever fails after a signal fails because of it.
    const cause = stop.signal.aborted ? new CommandError(EXIT.interrupted, 'interrupted', { cause: error }) : error;
    if (isOn(options, 'json')) world.stdout.write(jsonLine(errorEvent(cause, '')));
    throw cause;
  } finally {
    for (const leave of leaving) leave?.();
  }
}
