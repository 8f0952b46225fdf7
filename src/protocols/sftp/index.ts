/** The door of SFTP: its server's engine. */
export { serveSftp } from './server/serve-sftp.ts';
export { REQUEST_NAMES } from './server/request-names.ts';
export { DEFAULT_SFTP_LIMITS, type SftpLimits, type SftpSession } from './server/session-options.ts';
