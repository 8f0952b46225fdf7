/** One control connection that has logged in, as the rest of the client sees it: commands, and one transfer at a time. */
import type { CallOptions } from '../../../files/file-system.ts';

export interface FtpReply {
  readonly code: number;
  /** Without codes and line ends; bytes that are not UTF-8 as in names. */
  readonly lines: readonly string[];
}

/** What the server said of itself; never changes after the login. */
export interface ServerFeatures {
  /** The names of FEAT in upper case, each with what stands behind it (`''` for nothing). Empty without FEAT. */
  readonly features: ReadonlyMap<string, string>;
  /** The text of SYST; empty when it was refused. */
  readonly system: string;
  /** The text of the greeting. */
  readonly greeting: string;
  /** The directory of the login as PWD shows it, in the server's own form; `/` when it was refused. */
  readonly home: string;
}

/** A verb and its argument. An argument with CR, LF or NUL fails with `bad-name` before anything is sent. */
export interface FtpCommand {
  readonly verb: string;
  readonly argument?: string;
  /** Replaced by stars where the conversation is told. */
  readonly secret?: true;
}

/** The bytes of a RETR or of a listing as they come. */
export interface Incoming {
  /**
   * Reads at least one byte, as many as are there; 0 only at the end, when the server has confirmed that it is the end.
   * Rejects when it says otherwise or does not say. Calls must not overlap.
   */
  read(into: Uint8Array, options?: CallOptions): Promise<number>;
  /**
   * Ends it early (ABOR, RFC 959 §4.1.3) and waits for the server, so that the session can be used again; a session that
   * does not come to order is closed. Never rejects; after the end it does nothing.
   */
  abort(): Promise<void>;
}

/** A STOR or APPE. */
export interface Outgoing {
  /** Resolves when the bytes were taken, so that not more than a bound waits in memory. Calls must not overlap. */
  write(bytes: Uint8Array, options?: CallOptions): Promise<void>;
  /** Ends the data and waits until the server has confirmed that it has all of it. */
  finish(options?: CallOptions): Promise<FtpReply>;
  /** As {@link Incoming.abort}. What the server does with the bytes that it has is its own matter. */
  abort(): Promise<void>;
}

export interface CommandOptions extends CallOptions {
  /** How long the reply may take, for commands that work for long. Milliseconds; the time of all replies unless told. */
  readonly patienceMs?: number;
}

export interface TransferOptions extends CallOptions {
  /** `image` unless told. */
  readonly type?: 'ascii' | 'image';
  /** Sent as REST before the command when it is not 0. */
  readonly restartBytes?: number;
}

/**
 * Whatever is called, the session is either ready for the next command afterwards or closed. Failures are `FileError`s:
 * of the connection (`timed-out`, `connection-lost`, `protocol`, `limit`, `unsafe`, `not-trusted`); a refused transfer
 * has the kind that `kindOfReply` gives its reply. An aborted signal rejects with its reason: while a reply is awaited the
 * session is closed with it; within a transfer it stays, and `abort` ends the transfer.
 */
export interface FtpSession extends AsyncDisposable {
  readonly connection: number;
  readonly server: ServerFeatures;
  /** The server's IP address. */
  readonly peerAddress: string;
  /** False once it was closed, by whomever: no call succeeds any more. */
  readonly isOpen: boolean;
  /** True while a transfer or a command runs. */
  readonly isBusy: boolean;
  /** Sends a command and gives its final reply, whatever its code; replies of the first kind (1xx) are passed over. */
  command(command: FtpCommand, options?: CommandOptions): Promise<FtpReply>;
  /**
   * Sends two commands of which the second means something only after 3xx to the first (RNFR and RNTO), and gives the
   * second's reply, or the first's when that was another. Both go out at once where the server is known to bear that.
   */
  commandPair(first: FtpCommand, second: FtpCommand, options?: CommandOptions): Promise<FtpReply>;
  /** TYPE I (RFC 959 §3.1.1), unless it holds already: sizes are those of images only (RFC 3659 §4). */
  useImageType(options?: CallOptions): Promise<void>;
  /** Opens a data connection, sends the command, and resolves when the server has begun. */
  retrieve(command: FtpCommand, options?: TransferOptions): Promise<Incoming>;
  store(command: FtpCommand, options?: TransferOptions): Promise<Outgoing>;
  /** QUIT, politely but not for long; then closes. Never rejects. */
  close(): Promise<void>;
}
