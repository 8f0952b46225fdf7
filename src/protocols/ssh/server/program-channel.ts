/** The channel of a program that a client runs here. */
import type { ServedChannel } from '../channel/byte-channel.ts';
import type { SocketPace } from '../channel/socket-pace.ts';
import { StreamChannel } from '../channel/stream-channel.ts';
import type { LibraryChannel } from './library.ts';

export interface ProgramSurroundings {
  readonly pace: SocketPace;
  /** While keys are changed the library keeps what is sent in memory. */
  readonly rekeyed: () => Promise<void> | undefined;
  readonly isGone: () => boolean;
}

const NOTHING = new Uint8Array();

export class ProgramChannel implements ServedChannel {
  readonly #channel: LibraryChannel;
  readonly #bytes: StreamChannel;
  readonly #surroundings: ProgramSurroundings;

  constructor(channel: LibraryChannel, surroundings: ProgramSurroundings) {
    const { pace, rekeyed, isGone } = surroundings;
    this.#channel = channel;
    this.#surroundings = surroundings;
    channel.stderr.on('error', () => undefined);
    this.#bytes = new StreamChannel({
      incoming: channel,
      outgoing: channel,
      room: () => rekeyed() ?? pace.room(),
      endedBy: () => (isGone() ? 'loss' : 'peer'),
    });
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#bytes.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#surroundings.isGone()) this.#bytes.destroy();
    else this.#surroundings.pace.gather();
    return this.#bytes.write(bytes);
  }

  end(): void {
    this.#bytes.end();
  }

  destroy(): void {
    this.#bytes.destroy();
  }

  complain(text: string): void {
    const { stderr } = this.#channel;
    if (!this.#surroundings.isGone() && stderr.writable && stderr.writableLength === 0) stderr.write(text);
  }

  exit(status: number): void {
    if (this.#surroundings.isGone() || this.#channel.writableEnded) return;
    // Behind all that was written before.
    this.#channel.write(NOTHING, () => {
      if (this.#surroundings.isGone()) return;
      this.#channel.exit(status);
      this.#channel.end();
    });
    // What still comes is nobody's, and must not hold the end back.
    this.#channel.resume();
  }
}
