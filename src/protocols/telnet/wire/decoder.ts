/** From the bytes of a Telnet connection, cut anywhere, to data and to what stands between it (RFC 854, 855). */
import { type Command, COMMANDS, IAC, SB, SE, type Verb, VERBS } from './code.ts';

export type TelnetEvent =
  | { readonly kind: 'data'; readonly bytes: Uint8Array }
  | { readonly kind: 'negotiation'; readonly verb: Verb; readonly option: number }
  | { readonly kind: 'subnegotiation'; readonly option: number; readonly payload: Uint8Array }
  | { readonly kind: 'command'; readonly command: Command }
  /**
   * A subnegotiation that is empty, broken off, or longer than {@link MOST_PAYLOAD_BYTES}; of a long one, once for each
   * time that it passes that bound, so that whoever counts these counts an endless one too.
   */
  | { readonly kind: 'malformed' };

/** Of one subnegotiation; those of the options known here are shorter than 50. */
export const MOST_PAYLOAD_BYTES = 256;

const [NUL, LF, CR] = [0x00, 0x0a, 0x0d];
/** The lowest command (RFC 1184 §2.5). */
const LOWEST_COMMAND = 236;

/**
 * What becomes of CR LF. `enter`: one CR, as the key is meant that a person has pressed; `kept`: both, as a terminal wants
 * them that shows output. CR NUL is one CR either way.
 */
export type LineEnds = 'enter' | 'kept';

type State = 'data' | 'command' | 'negotiation' | 'subnegotiation' | 'subnegotiation-command';

export class TelnetDecoder {
  /** The peer sends binary (RFC 856): CR is a byte like others. May be changed between two events. */
  isBinary = false;
  readonly #lineEnds: LineEnds;
  #state: State = 'data';
  #verb: Verb = 'will';
  /** The last byte of data was a CR, and is given already: what completes it may be a long time in coming. */
  #afterCr = false;
  /** Option and payload. */
  readonly #held = new Uint8Array(1 + MOST_PAYLOAD_BYTES);
  #heldBytes = 0;
  #isTooLong = false;
  #pending: TelnetEvent[] = [];

  constructor(lineEnds: LineEnds) {
    this.#lineEnds = lineEnds;
  }

  /** Never throws, and holds no byte of data back. What is given is new memory. To be read to its end. */
  *decode(chunk: Uint8Array): Generator<TelnetEvent, void, undefined> {
    const data = new Uint8Array(chunk.length);
    let [from, to] = [0, 0];
    for (const byte of chunk) {
      const kept = this.#step(byte);
      if (kept !== undefined) data[to++] = kept;
      if (this.#pending.length === 0) continue;
      if (to > from) yield { kind: 'data', bytes: data.subarray(from, to) };
      from = to;
      yield* this.#takePending();
    }
    if (to > from) yield { kind: 'data', bytes: data.subarray(from, to) };
  }

  #takePending(): readonly TelnetEvent[] {
    const events = this.#pending;
    this.#pending = [];
    return events;
  }

  /** One byte; what it gives as data, never together with an event. */
  #step(byte: number): number | undefined {
    switch (this.#state) {
      case 'data':
        return this.#data(byte);
      case 'command':
        return this.#command(byte);
      case 'negotiation':
        this.#state = 'data';
        this.#pending.push({ kind: 'negotiation', verb: this.#verb, option: byte });
        return undefined;
      case 'subnegotiation':
        if (byte === IAC) this.#state = 'subnegotiation-command';
        else this.#hold(byte);
        return undefined;
      case 'subnegotiation-command':
        return this.#subnegotiationCommand(byte);
    }
  }

  #data(byte: number): number | undefined {
    if (byte === IAC) {
      this.#state = 'command';
      return undefined;
    }
    return this.#text(byte);
  }

  #text(byte: number): number | undefined {
    const completesCr = this.#afterCr && (byte === NUL || (byte === LF && this.#lineEnds === 'enter'));
    this.#afterCr = byte === CR && !this.isBinary;
    return completesCr && !this.isBinary ? undefined : byte;
  }

  #command(byte: number): number | undefined {
    this.#state = 'data';
    if (byte === IAC) return this.#text(byte);
    // No command is that low. A kernel takes the urgent DM of a Synch (RFC 854) out of the stream and leaves its IAC:
    // what follows is the next thing that the peer said.
    if (byte < LOWEST_COMMAND) return this.#text(byte);
    const verb = VERBS.get(byte);
    const command = COMMANDS.get(byte);
    if (verb !== undefined) [this.#state, this.#verb] = ['negotiation', verb];
    else if (byte === SB) this.#beginSubnegotiation();
    else if (command !== undefined) this.#pending.push({ kind: 'command', command });
    else this.#pending.push({ kind: 'malformed' });
    return undefined;
  }

  #beginSubnegotiation(): void {
    this.#state = 'subnegotiation';
    this.#heldBytes = 0;
    this.#isTooLong = false;
  }

  #hold(byte: number): void {
    if (this.#heldBytes === this.#held.length) {
      this.#pending.push({ kind: 'malformed' });
      this.#isTooLong = true;
      this.#heldBytes = 0;
    }
    this.#held[this.#heldBytes++] = byte;
  }

  #subnegotiationCommand(byte: number): number | undefined {
    this.#state = 'subnegotiation';
    if (byte === IAC) {
      this.#hold(byte);
      return undefined;
    }
    this.#state = 'data';
    if (byte === SE) {
      this.#endSubnegotiation();
      return undefined;
    }
    // RFC 855 leaves open what that means. A peer that begins something new is believed, or it would never be heard again.
    this.#pending.push({ kind: 'malformed' });
    return byte < LOWEST_COMMAND ? undefined : this.#command(byte);
  }

  #endSubnegotiation(): void {
    const [option] = this.#held;
    if (this.#isTooLong) return;
    if (this.#heldBytes === 0 || option === undefined) this.#pending.push({ kind: 'malformed' });
    else this.#pending.push({ kind: 'subnegotiation', option, payload: this.#held.slice(1, this.#heldBytes) });
  }
}
