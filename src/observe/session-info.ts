/** What an operator sees of a session while it lasts. */
import type { SessionProtocol } from '../base/protocol.ts';

export interface TransferInfo {
  readonly verb: string;
  readonly path: string;
  readonly bytes: number;
  /** Of the whole, where it is known. */
  readonly totalBytes?: number;
  /** On average since it began. */
  readonly rateBytesPerSecond: number;
}

export interface SessionInfo {
  readonly protocol: SessionProtocol;
  /** As in the log. */
  readonly session: string;
  /** The client's address and port. */
  readonly peer: string;
  readonly account?: string;
  readonly encrypted: 'no' | 'control' | 'control and data';
  /** How long it has lasted. */
  readonly sinceMs: number;
  /** Since the last command or the last byte of a transfer. */
  readonly idleMs: number;
  readonly transfer?: TransferInfo;
  readonly state: 'logging in' | 'idle' | 'busy' | 'transferring' | 'closing';
}

/** A session's name that no other session has, whichever listener of whichever server it belongs to: `7@192.0.2.1:4000`. */
export const fullNameOf = ({ session, peer }: Pick<SessionInfo, 'session' | 'peer'>): string => `${session}@${peer}`;
