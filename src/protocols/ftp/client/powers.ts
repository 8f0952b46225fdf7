/** What a file system over FTP can do besides what every file system can. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { CallOptions, Hashing, RemoteFileSystem } from '../../../files/file-system.ts';
import type { FtpCommand, FtpReply, ServerFeatures } from './session.ts';

export interface FtpPowers {
  readonly server: ServerFeatures;
  /** Sends one command of the caller's and gives its reply, whatever its code. Commands that open data connections are refused. */
  command(command: FtpCommand, options?: CallOptions): Promise<FtpReply>;
  /**
   * A file as text (TYPE A): servers that keep text in another form translate it, and lines end in LF. It ends when the
   * server has confirmed that it was all; who leaves it earlier ends the transfer.
   */
  readText(path: VirtualPath, options?: CallOptions): AsyncIterable<Uint8Array>;
  /** Writes text (TYPE A) under its own name, not under a temporary one; resolves when the server has confirmed it. */
  writeText(path: VirtualPath, text: AsyncIterable<Uint8Array>, options?: CallOptions): Promise<void>;
  /**
   * Has this server send a file straight to another (RFC 959 §5.2, "FXP"). Fails with `unsupported` when one of the two
   * does not allow it; nothing but what the servers themselves show proves then what arrived.
   */
  copyToServer(from: VirtualPath, target: FtpFileSystem, to: VirtualPath, options?: CallOptions): Promise<void>;
}

export interface FtpFileSystem extends RemoteFileSystem {
  readonly ftp: FtpPowers;
  readonly setAttributes: NonNullable<RemoteFileSystem['setAttributes']>;
  /** Present when the server offers HASH or one of XCRC, XMD5, XSHA and the like. */
  readonly hashing?: Hashing;
}
