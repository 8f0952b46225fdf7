/** What a client of SFTP must be told. */
import type { Clock } from '../../../base/clock.ts';
import type { CallOptions, RemoteFileSystem } from '../../../files/file-system.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { ByteChannel } from '../../ssh/channel/byte-channel.ts';

export interface SftpClientOptions {
  /** Opens a channel that speaks SFTP; again after the last one was lost. Rejects with a `FileError`. */
  readonly open: (signal?: AbortSignal) => Promise<ByteChannel>;
  /** For people: whom we talk to. */
  readonly host?: string;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
  readonly signal?: AbortSignal;
  /** How long a server may say nothing while it owes an answer. Milliseconds. */
  readonly replyMs?: number;
  /** What is asked for and not answered yet, of one file that is read, and of one that is written. Bytes. */
  readonly windowBytes?: number;
}

/** What only SFTP can do. */
export interface SftpPowers {
  /** What the server has besides version 3: names and versions. */
  readonly extensions: ReadonlyMap<string, string>;
  /** Sends an extended request; resolves to what stands behind the id of its answer, empty where that was a plain yes. */
  extended(name: string, data: Uint8Array, options?: CallOptions): Promise<Uint8Array>;
}

export interface SftpFileSystem extends RemoteFileSystem {
  readonly sftp: SftpPowers;
}

export const DEFAULT_REPLY_MS = 30_000;
export const DEFAULT_WINDOW_BYTES = 8 * 1024 * 1024;
