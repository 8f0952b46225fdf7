/** The channel of a program that runs at a server. */
import type { ClientChannel } from 'ssh2';
import type { RemoteProgram } from '../channel/byte-channel.ts';
import type { SocketPace } from '../channel/socket-pace.ts';
import { StreamChannel } from '../channel/stream-channel.ts';

export interface RunningSurroundings {
  /** Left out where the connection leads through another one, which has its own. */
  readonly pace: SocketPace | undefined;
  readonly isGone: () => boolean;
}

const MOST_COMPLAINTS_BYTES = 8 * 1024;

export class RunningProgram implements RemoteProgram {
  readonly #channel: ClientChannel;
  readonly #bytes: StreamChannel;
  readonly #pace: SocketPace | undefined;
  readonly #isGone: () => boolean;
  readonly exited: Promise<number | undefined>;
  complaints: Uint8Array = new Uint8Array();

  constructor(channel: ClientChannel, { pace, isGone }: RunningSurroundings) {
    this.#channel = channel;
    this.#pace = pace;
    this.#isGone = isGone;
    this.#bytes = new StreamChannel({
      incoming: channel,
      outgoing: channel,
      room: () => pace?.room(),
      endedBy: () => (isGone() ? 'loss' : 'peer'),
    });
    channel.stderr.on('data', (bytes: Buffer) => {
      const room = MOST_COMPLAINTS_BYTES - this.complaints.length;
      if (room > 0) this.complaints = Buffer.concat([this.complaints, bytes.subarray(0, room)]);
    });
    let status: number | undefined;
    channel.on('exit', (code: number | null) => {
      status = code ?? undefined;
    });
    this.exited = new Promise((resolve) => {
      channel.once('close', () => resolve(status));
    });
  }

  read(): Promise<Uint8Array | undefined> {
    return this.#bytes.read();
  }

  write(bytes: Uint8Array): Promise<void> {
    if (this.#isGone()) this.#bytes.destroy();
    else this.#pace?.gather();
    return this.#bytes.write(bytes);
  }

  end(): void {
    this.#bytes.end();
  }

  destroy(): void {
    this.#bytes.destroy();
    if (!this.#isGone()) this.#channel.close();
  }
}
