/** The door of SFTP: its server's engine, and its client. */
export { serveSftp } from './server/serve-sftp.ts';
export { REQUEST_NAMES } from './server/request-names.ts';
export { DEFAULT_SFTP_LIMITS, type SftpLimits, type SftpSession } from './server/session-options.ts';
export { connectSftp } from './client/connect-sftp.ts';
export type { SftpClientOptions, SftpFileSystem, SftpPowers } from './client/options.ts';
