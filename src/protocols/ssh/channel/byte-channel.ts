/**
 * Bytes both ways between two programs, each way held back by whoever reads: a channel of an SSH connection (RFC 4254
 * §5.2), or standard input and output. SFTP and SCP are spoken over one, and know nothing else of where it leads.
 */

/** The channel ended before the peer had said that it would. */
export class ChannelLostError extends Error {
  override readonly name = 'ChannelLostError';
}

export interface ByteChannel {
  /**
   * The next bytes that came, never none; they are the caller's. `undefined` once the peer has ended its side. One call at
   * a time. While nobody asks, the peer is held back. Rejects with a {@link ChannelLostError}.
   */
  read(): Promise<Uint8Array | undefined>;
  /**
   * Sends bytes, in the order of the calls; they must stay as they are until it resolves, which is when there is room for
   * more. Whoever does not wait for that is bounded by nothing. Rejects with a {@link ChannelLostError}.
   */
  write(bytes: Uint8Array): Promise<void>;
  /** Sends what was written, and then that nothing more will come. */
  end(): void;
  /** Ends both ways at once. */
  destroy(): void;
}

/** What a server sees of a program that a client has asked for. */
export interface ServedChannel extends ByteChannel {
  /** A line for the person at the other end, beside the bytes (standard error). Never waits; what finds no room is dropped. */
  complain(text: string): void;
  /** Sends what was written, then the program's exit status, then the end. */
  exit(status: number): void;
}

/** What a client sees of a program that runs at the server. */
export interface RemoteProgram extends ByteChannel {
  /** What it has said on standard error, its first 8 KiB. It may hold anything: escape it before showing it. */
  readonly complaints: Uint8Array;
  /** Its exit status when it has ended; `undefined` where the server told none, or the connection went first. Never rejects. */
  readonly exited: Promise<number | undefined>;
}
