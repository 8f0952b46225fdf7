/** The door of FTP. */
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
