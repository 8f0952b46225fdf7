/** One terminal that is connected: what was learned of it, over a line. */
import type { Socket } from 'node:net';
import type { Clock } from '../../../base/clock.ts';
import type { Ends } from '../../door/entrance.ts';
import type { LineLimits } from '../channel/limits.ts';
import { TelnetLine } from '../channel/line.ts';
import type { Agreement, OptionChange } from '../session/option-table.ts';
import { type Command, OPTION } from '../wire/code.ts';
import { ASK_TERMINAL_TYPE, parseTerminalType, parseWindowSize, type WindowSize } from '../wire/terminal.ts';
import type { TelnetSession } from './options.ts';

/** The peer must not echo: two that echo one another do not end (RFC 857). */
const AGREEMENT: Agreement = {
  us: new Set([OPTION.echo, OPTION.suppressGoAhead, OPTION.binary]),
  peer: new Set([OPTION.suppressGoAhead, OPTION.terminalType, OPTION.windowSize, OPTION.binary]),
};

/** Commands that stand for a key. */
const KEYS: ReadonlyMap<Command, number> = new Map([
  ['interrupt-process', 0x03],
  ['erase-character', 0x7f],
  ['erase-line', 0x15],
]);

/** The visible sign that RFC 854 asks for. */
const HERE = '\r\n[Yes]\r\n';

export interface SessionParts {
  readonly id: string;
  readonly socket: Socket;
  readonly ends: Ends;
  readonly clock: Clock;
  readonly limits: LineLimits;
}

export class Session implements TelnetSession {
  readonly id: string;
  readonly peerAddress: string;
  readonly peerPort: number;
  readonly #line: TelnetLine;
  #size: WindowSize = { columns: undefined, rows: undefined };
  #terminalType: string | undefined;
  readonly #resizeListeners = new Set<() => void>();
  readonly #breakListeners = new Set<() => void>();

  constructor({ id, socket, ends, clock, limits }: SessionParts) {
    this.id = id;
    this.peerAddress = ends.peerAddress;
    this.peerPort = ends.peerPort;
    this.#line = new TelnetLine({
      socket,
      clock,
      limits,
      lineEnds: 'enter',
      agreement: AGREEMENT,
      listener: {
        changed: (change) => this.#changed(change),
        subnegotiated: (option, payload) => this.#learn(option, payload),
        commanded: (command) => this.#obey(command),
      },
      errorOf: (reason) => new Error(reason),
    });
    // The order of Cisco IOS, by which programs know it.
    this.#line.open([
      ['us', OPTION.echo],
      ['us', OPTION.suppressGoAhead],
      ['peer', OPTION.terminalType],
      ['peer', OPTION.windowSize],
    ]);
  }

  get input(): AsyncIterable<Uint8Array> {
    return this.#line.input;
  }

  get columns(): number | undefined {
    return this.#size.columns;
  }

  get rows(): number | undefined {
    return this.#size.rows;
  }

  get terminalType(): string | undefined {
    return this.#terminalType;
  }

  get signal(): AbortSignal {
    return this.#line.signal;
  }

  /** Why the connection is gone, once it is. */
  get reason(): string {
    return this.#line.reason;
  }

  write(text: string): Promise<void> {
    return this.#line.write(text);
  }

  onResize(listener: () => void): () => void {
    return register(this.#resizeListeners, listener);
  }

  onBreak(listener: () => void): () => void {
    return register(this.#breakListeners, listener);
  }

  end(): void {
    this.#line.end();
  }

  endInput(): void {
    this.#line.endInput();
  }

  destroy(reason: string): void {
    this.#line.destroy(reason);
  }

  #changed({ side, option, isOn }: OptionChange): void {
    if (side === 'peer' && option === OPTION.terminalType && isOn)
      this.#line.sendSubnegotiation(OPTION.terminalType, ASK_TERMINAL_TYPE);
  }

  #learn(option: number, payload: Uint8Array): void {
    if (option === OPTION.terminalType) this.#terminalType = parseTerminalType(payload) ?? this.#terminalType;
    const size = option === OPTION.windowSize ? parseWindowSize(payload) : undefined;
    if (size === undefined || (size.columns === this.columns && size.rows === this.rows)) return;
    this.#size = size;
    for (const listener of this.#resizeListeners) listener();
  }

  #obey(command: Command): void {
    const key = KEYS.get(command);
    if (key !== undefined) this.#line.deliver(key);
    else if (command === 'are-you-there') this.#line.answerText(HERE);
    else if (command === 'break') for (const listener of this.#breakListeners) listener();
  }
}

/** Wrapped, so that the same function may be registered twice. */
function register(listeners: Set<() => void>, listener: () => void): () => void {
  const entry = (): void => listener();
  listeners.add(entry);
  return () => void listeners.delete(entry);
}
