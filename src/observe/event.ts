/** Everything a server tells about itself, as one union: logs, audit and metrics are made from it. */
import type { Completeness } from '../base/completeness.ts';
import type { SessionProtocol } from '../base/protocol.ts';

export type { Completeness } from '../base/completeness.ts';

/** How a transfer ended. */
export type TransferOutcome = 'complete' | 'aborted' | 'failed' | 'stalled' | 'refused';

interface FromSession {
  readonly protocol: SessionProtocol;
  /** Unique among the server's sessions. */
  readonly session: string;
  /** The client's address and port. */
  readonly peer: string;
}

export type ServerEvent =
  | { readonly kind: 'listening'; readonly protocol: SessionProtocol; readonly host: string; readonly port: number }
  | (FromSession & { readonly kind: 'session-opened' })
  | (FromSession & {
      readonly kind: 'session-closed';
      readonly account: string | undefined;
      readonly durationMs: number;
      /** A sentence: `the client said QUIT`, `idle for 300 s`. */
      readonly reason: string;
    })
  | (FromSession & {
      readonly kind: 'connection-refused';
      readonly reason: string;
    })
  | (FromSession & { readonly kind: 'login'; readonly account: string; readonly anonymous: boolean })
  | (FromSession & { readonly kind: 'login-failed'; readonly account: string; readonly reason: string })
  | (FromSession & {
      readonly kind: 'command-failed';
      readonly account: string | undefined;
      readonly verb: string;
      /** Empty where the argument is a secret. */
      readonly argument: string;
      readonly reply: string;
      /** The programming error or system error behind it, where there is one. */
      readonly cause?: unknown;
    })
  | (FromSession & {
      readonly kind: 'transfer';
      readonly account: string;
      readonly direction: 'download' | 'upload' | 'listing';
      /** Whether line ends were converted, where the protocol can. */
      readonly type?: 'ascii' | 'image';
      readonly verb: string;
      readonly path: string;
      readonly bytes: number;
      readonly startBytes: number;
      readonly durationMs: number;
      readonly outcome: TransferOutcome;
      /** Why it did not complete, as a sentence; empty when it did. */
      readonly reason: string;
      /** Of a complete upload: what shows that nothing is missing. */
      readonly evidence?: Completeness;
    })
  | (FromSession & {
      readonly kind: 'changed';
      readonly account: string;
      readonly verb: string;
      readonly path: string;
      readonly detail: string;
    })
  /** The control connection is encrypted from here on. */
  | (FromSession & {
      readonly kind: 'secured';
      readonly version: string;
      readonly cipher: string;
      readonly serverName?: string;
      /** Names in the client's verified certificate. */
      readonly certificateNames: readonly string[];
    })
  /** An address group is kept out from now on. */
  | { readonly kind: 'banned'; readonly group: string; readonly reason: string; readonly durationMs: number }
  /** A bound of an account or of the server turned something away. */
  | (FromSession & { readonly kind: 'limit'; readonly account: string | undefined; readonly reason: string })
  /** Someone else than the client came to a data port. */
  | (FromSession & { readonly kind: 'stranger'; readonly address: string; readonly dataPort: number })
  /** A bug of ours, or a failure that nobody was there to hear of. */
  | { readonly kind: 'fault'; readonly where: string; readonly cause: unknown }
  | { readonly kind: 'note'; readonly text: string };

/** Where events go. Must not throw and must not block. */
export type Observer = (event: ServerEvent) => void;
