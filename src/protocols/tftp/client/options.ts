/** What a client of TFTP may be told. */
import type { Clock } from '../../../base/clock.ts';
import type { RemoteFileSystem } from '../../../files/file-system.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { Timing } from '../transfer/round-trip.ts';
import type { TransferMode } from '../wire/mode.ts';

export const TFTP_PORT = 69;

export interface TftpClientOptions {
  readonly host: string;
  /** 69 unless told. */
  readonly port?: number;
  /** `octet` (the default) moves bytes; `netascii` text, with the line ends of this system here. */
  readonly mode?: TransferMode;
  /** Bytes of a block that are asked for, 8 to 65,464; 1,428 unless told, which fits where Ethernet and tunnels are. */
  readonly blockBytes?: number;
  /** Blocks of a window that are asked for (RFC 7440), 1 to 65,535; 16 unless told. */
  readonly windowBlocks?: number;
  /** Asked of the server as the time before it sends again (RFC 2349), 1 to 255; left out unless told. */
  readonly timeoutSeconds?: number;
  /** `plain`: RFC 1350 alone, without any option. */
  readonly options?: 'negotiated' | 'plain';
  /** `absolute`: names go to the server with `/` before them, as some servers without a root of their own want them. */
  readonly names?: 'relative' | 'absolute';
  readonly timing?: Partial<Timing>;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
  /** Ends the connecting, and nothing later. */
  readonly signal?: AbortSignal;
}

/**
 * A server of TFTP as a file system. It reads a file from its beginning to its end and writes a whole new one. The rest of
 * a file system TFTP does not have, and asking for it fails with `unsupported`: no listings, no times, nothing to remove,
 * rename, make, or resume.
 */
export type TftpFileSystem = RemoteFileSystem;
