/** What a client of Telnet may be told, and the connection that it gives. */
import type { Clock } from '../../../base/clock.ts';
import type { LineLimits } from '../channel/limits.ts';

export interface TelnetClientOptions {
  readonly host: string;
  /** 23 unless told. */
  readonly port?: number;
  /** Until a connection stands; 10,000 unless told. Milliseconds. */
  readonly timeoutMs?: number;
  /** Gives up connecting; a connection that stands is no more its concern. */
  readonly signal?: AbortSignal;
  /** `vt100` unless told. */
  readonly terminalType?: string;
  /** Wide and long enough that a device neither wraps nor pages: 511 and 1000 unless told. */
  readonly columns?: number;
  readonly rows?: number;
  readonly clock?: Clock;
  readonly limits?: Partial<LineLimits>;
}

export interface TelnetConnection extends AsyncDisposable {
  /**
   * What the server shows: CR LF as it came, CR NUL as CR. Ends when the server ends, or the connection is lost (then
   * `signal` says so). Each loop over it reads on where the last one stopped; while nobody reads, the server is held back.
   */
  readonly input: AsyncIterable<Uint8Array>;
  /** Aborted when the connection is gone, with a `FileError` of kind `connection-lost`. */
  readonly signal: AbortSignal;
  /**
   * Sends text as UTF-8; Enter is `\r` or `\r\n`. Resolves when there is room for more (64 KiB), and at once where nobody
   * takes it; never rejects.
   */
  write(text: string): Promise<void>;
  /** Sends what was written and closes; nothing is read any more. */
  end(): void;
  /** Closes at once. */
  destroy(): void;
}
