/** The console of a device on the terminal of whoever started it, or on what is piped in and out. */
import type { LineTerminal } from '../app/device/run-devices.ts';
import type { World } from './world.ts';

/** Ctrl-], as telnet has it: the one key that the device does not get. */
const ESCAPE_KEY = 0x1d;

export interface OwnConsole extends Disposable {
  readonly terminal: LineTerminal;
  /** Whether somebody sits there who must be told how to leave. */
  readonly isTyped: boolean;
}

/** Ends with Ctrl-] where a person types, and with the input. */
async function* typedInto(world: World): AsyncGenerator<Uint8Array> {
  for await (const piece of world.stdin) {
    const bytes = Buffer.from(piece);
    const end = world.terminal === undefined ? -1 : bytes.indexOf(ESCAPE_KEY);
    if (end >= 0) return;
    yield bytes;
  }
}

export function ownConsole(world: World): OwnConsole {
  const { terminal: screen } = world;
  world.stdin.setRawMode?.(true);
  return {
    isTyped: screen !== undefined,
    terminal: {
      input: typedInto(world),
      async write(text) {
        if (world.writeOut === undefined) world.stdout.write(text);
        else await world.writeOut(Buffer.from(text)).catch(() => undefined);
      },
      size: () => screen?.screen(),
      close: () => undefined,
    },
    [Symbol.dispose]() {
      world.stdin.setRawMode?.(false);
    },
  };
}
