/**
 * What the SSH library does not look at: how much of what it has sent still lies in the socket. A peer with a huge window
 * (PuTTY's is 2 GiB) that reads slowly would else fill our memory.
 */
import type { Socket } from 'node:net';

/** Bytes that may lie in the socket before writers wait. */
const MOST_QUEUED_BYTES = 1024 * 1024;

export class SocketPace {
  readonly #socket: Socket;
  #waiting: Promise<void> | undefined;
  #isGathering = false;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** What is sent until the end of this turn goes to the system in one piece: a packet of SSH is rarely alone. */
  gather(): void {
    if (this.#isGathering) return;
    this.#isGathering = true;
    this.#socket.cork();
    setImmediate(() => {
      this.#isGathering = false;
      this.#socket.uncork();
    });
  }

  /** `undefined` while there is room; else what resolves when there is, or when the socket is gone. */
  room(): Promise<void> | undefined {
    if (this.#socket.writableLength <= MOST_QUEUED_BYTES || this.#socket.destroyed) return undefined;
    this.#waiting ??= new Promise((resolve) => {
      const done = (): void => {
        this.#socket.off('drain', done).off('close', done);
        this.#waiting = undefined;
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
    return this.#waiting;
  }
}
