/** The door of TFTP: its server and its client. */
export { startTftpServer } from './server/server.ts';
export {
  DEFAULT_TFTP_LIMITS,
  type LocalAddress,
  type TftpLimits,
  type TftpServer,
  type TftpServerOptions,
} from './server/options.ts';
export { type MapProblem, type NamedRequest, type NameMap, parseNameMap } from './server/name-map.ts';
export { DEFAULT_TIMING, type Timing } from './transfer/round-trip.ts';
export { connectTftp } from './client/connect-tftp.ts';
export type { TftpClientOptions, TftpFileSystem } from './client/options.ts';
export type { TransferMode } from './wire/mode.ts';
