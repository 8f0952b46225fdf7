/** What a device needs of the world outside: terminals, the network, time, and a place that outlives it. */
import type { Clock } from '../base/clock.ts';
import type { FileSystem, RemoteFileSystem } from '../files/index.ts';

/** Somebody's terminal on one of the device's lines. */
export interface LineTerminal {
  readonly input: AsyncIterable<Uint8Array>;
  /** Resolves when there is room for more; never rejects, and does nothing once the other end is gone. */
  write(text: string): Promise<void>;
  /** As the terminal says; `undefined` where it does not. */
  readonly size: () => { readonly columns: number; readonly rows: number } | undefined;
  /** Calls back for each BREAK until the end; consoles only. */
  onBreak?(listener: () => void): void;
  close(): void;
}

export type TransferScheme = 'ftp' | 'tftp' | 'scp' | 'sftp' | 'http' | 'https';

/** A server that files are copied from or to, as the device would reach it. */
export interface TransferTarget {
  readonly scheme: TransferScheme;
  readonly host: string;
  readonly port?: number;
  readonly user?: string;
  readonly password?: string;
  /** FTP only: who opens data connections. */
  readonly data?: 'passive' | 'active';
  /** TFTP only: bytes of a block. */
  readonly blockBytes?: number;
  /** What is copied, as it stands in the URL. */
  readonly path: string;
}

export interface OpenedTarget {
  readonly files: Pick<RemoteFileSystem, 'openReader' | 'openUpload' | 'close'>;
  /** What the path of the URL names there. */
  readonly path: Parameters<FileSystem['stat']>[0];
}

export interface TransferPort {
  /** Rejects with a `FileError`. */
  open(target: TransferTarget, signal: AbortSignal): Promise<OpenedTarget>;
}

/** How the device wants its doors to be; asked again whenever that may have changed. */
export interface DoorWishes {
  readonly telnet: boolean;
  readonly ssh: { readonly hostKey: string } | undefined;
  /** Files that the device's own TFTP server hands out, by their names there. */
  readonly tftp: ReadonlyMap<string, string>;
}

/** The doors of a device to the network. They stand open only while it runs. */
export interface Doors {
  /** Opens and closes what the wishes say; resolves when that is done. Never rejects. */
  set(wishes: DoorWishes): Promise<void>;
  /** Drops every session at once, as a reload does. */
  drop(): Promise<void>;
}

/** Where a device keeps what survives a reload and the end of the program. */
export interface DeviceStore {
  /** The file system behind a volume, by the volume's name without its colon. */
  volume(name: string): FileSystem;
  /** What hardware remembers; `undefined` for a device that is new. */
  load(): string | undefined;
  /** Replaces it, whole or not at all. */
  save(text: string): void;
}

export interface DeviceWorld {
  readonly clock: Clock;
  /** What the device's own waits (booting, erasing, generating keys) are multiplied with: 1 is as long as real ones. */
  readonly pace: number;
  readonly store: DeviceStore;
  readonly transfers: TransferPort;
  /** Bytes that nobody can guess. */
  readonly random: (bytes: number) => Uint8Array;
  /** A private RSA key, PEM, as `crypto key generate rsa` makes it. */
  readonly makeRsaKey: (bits: number) => Promise<string>;
}
