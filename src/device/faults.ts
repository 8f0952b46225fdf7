/** What goes wrong on order: each fault by the name under which it is ordered, with its value. */
import type { Clock } from '../base/clock.ts';
import { FileError } from '../files/index.ts';

/** Called before each piece of a copy is written; may wait, change it, or throw a `FileError`. */
export type Trouble = (piece: Uint8Array, positionBytes: number) => Promise<void> | void;

/** The faults that can be ordered, and what each does. `--fault NAME[=VALUE]`. */
export const FAULTS = {
  'slow-link': 'bytes per second that a copy moves at most',
  'cut-at': 'the connection of a copy breaks at this byte',
  'wrong-byte-at': 'the byte of a copy that arrives wrong',
  'full-at': 'flash is full at this byte of a copy',
  'no-return': 'the device does not come back from a reload',
  'rommon-after-reload': 'the device stops in its loader at the next reload',
  'boot-forgotten': 'the boot variable is empty after a save',
  'vty-busy': 'vty lines that are taken by others',
  noise: 'a log message appears in the middle of the output of show commands',
  'aaa-refuses': 'every login is refused',
  'slow-verify': 'milliseconds that verify takes for each mebibyte',
} as const satisfies Record<string, string>;

export type FaultName = keyof typeof FAULTS;

/** Faults with their values; 1 where none was given. */
export type FaultOrder = ReadonlyMap<FaultName, number>;

export class FaultSyntaxError extends Error {
  override readonly name = 'FaultSyntaxError';
}

const isFault = (name: string): name is FaultName => Object.hasOwn(FAULTS, name);

/** Reads `cut-at=4096`. Throws a {@link FaultSyntaxError} that lists the names. */
export function parseFault(text: string): readonly [FaultName, number] {
  const [name = '', value = '1'] = text.split('=', 2);
  if (!isFault(name))
    throw new FaultSyntaxError(`no fault is called ${name}; there are ${Object.keys(FAULTS).join(', ')}`);
  if (!/^\d{1,15}$/.test(value))
    throw new FaultSyntaxError(`the value of ${name} must be a whole number, not ${value}`);
  return [name, Number(value)];
}

export class Faults {
  readonly #order: FaultOrder;
  readonly #clock: Clock;

  constructor(order: FaultOrder, clock: Clock) {
    this.#order = order;
    this.#clock = clock;
  }

  value(name: FaultName): number | undefined {
    return this.#order.get(name);
  }

  has(name: FaultName): boolean {
    return this.#order.has(name);
  }

  /** What happens to the bytes of a copy; `undefined` where nothing does. */
  get duringCopy(): Trouble | undefined {
    const [rate, cut, wrong, full] = (['slow-link', 'cut-at', 'wrong-byte-at', 'full-at'] as const).map((name) =>
      this.#order.get(name),
    );
    if ([rate, cut, wrong, full].every((value) => value === undefined)) return undefined;
    return async (piece, positionBytes) => {
      const end = positionBytes + piece.length;
      if (cut !== undefined && cut < end) throw new FileError('connection-lost', '/');
      if (full !== undefined && full < end) throw new FileError('full', '/');
      if (wrong !== undefined && wrong >= positionBytes && wrong < end) {
        const at = wrong - positionBytes;
        piece[at] = (piece[at] ?? 0) ^ 0xff;
      }
      if (rate !== undefined) await this.wait((piece.length / Math.max(1, rate)) * 1000);
    };
  }

  async wait(milliseconds: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.#clock.after(milliseconds, () => resolve(undefined));
    await promise;
  }
}
