/** The door of FTP: its server and its client. */
export { startFtpServer } from './server/server.ts';
export {
  DEFAULT_FTP_LIMITS,
  type FtpLimits,
  type FtpServer,
  type FtpServerOptions,
  type Masquerade,
  type PassivePorts,
} from './server/options.ts';
export type { DataBinding, TlsCredentials, TlsDemand, TlsOptions } from './server/tls-options.ts';
export { connectFtp } from './client/connect-ftp.ts';
export { openSession } from './client/open-session.ts';
export type {
  ClientLimits,
  ClientTimeouts,
  DataMode,
  FtpClientOptions,
  RetryPolicy,
  Security,
  TlsTrust,
} from './client/options.ts';
export type { FtpFileSystem, FtpPowers } from './client/powers.ts';
export type { FtpCommand, FtpReply, FtpSession, Incoming, Outgoing, ServerFeatures } from './client/session.ts';
