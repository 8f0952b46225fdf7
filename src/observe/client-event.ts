/** What a client tells of its conversation with a server: traces, logs and the doctor are made from it. */

/** Fields that events of one connection share. */
interface OfConnection {
  /** Counts the control connections of one client, from 1. */
  readonly connection: number;
}

interface OfData extends OfConnection {
  /** Counts the data connections of one client, from 1. */
  readonly data: number;
}

export interface SecuredChannel {
  readonly version: string;
  readonly cipher: string;
  readonly resumed: 'yes' | 'no';
  /** SHA-256 of the server's certificate, upper-case hexadecimal with colons. */
  readonly fingerprint256: string;
}

/** Nothing in it is secret: passwords were replaced where they were sent. What a peer said may hold anything. */
export type ClientEvent =
  | (OfConnection & { readonly kind: 'connecting'; readonly host: string; readonly port: number })
  /** `peer` and `local` are addresses with ports. */
  | (OfConnection & { readonly kind: 'connected'; readonly peer: string; readonly local: string })
  | (OfConnection & SecuredChannel & { readonly kind: 'secured' })
  /** A command line without its end. */
  | (OfConnection & { readonly kind: 'command'; readonly line: string })
  /** The lines of a reply without their ends. */
  | (OfConnection & { readonly kind: 'reply'; readonly code: number; readonly lines: readonly string[] })
  | (OfConnection & { readonly kind: 'disconnected'; readonly reason: string })
  | (OfData & {
      readonly kind: 'data-opened';
      readonly mode: 'passive' | 'active';
      readonly peer: string;
      readonly local: string;
      readonly secured?: SecuredChannel;
    })
  | (OfData & {
      readonly kind: 'data-closed';
      readonly direction: 'in' | 'out';
      readonly bytes: number;
      readonly durationMs: number;
      readonly outcome: 'complete' | 'aborted' | 'failed';
    })
  /** A call is tried again after `delayMs`. */
  | { readonly kind: 'retrying'; readonly attempt: number; readonly delayMs: number; readonly reason: string }
  /** Something that a person may want to know, as a sentence. */
  | (Partial<OfConnection> & { readonly kind: 'note'; readonly text: string });

export type ClientObserver = (event: ClientEvent) => void;
