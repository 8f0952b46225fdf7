/** The door of Telnet: its server and its client. */
export { startTelnetServer } from './server/server.ts';
export {
  DEFAULT_TELNET_LIMITS,
  type TelnetLimits,
  type TelnetServer,
  type TelnetServerOptions,
  type TelnetSession,
} from './server/options.ts';
export { connectTelnet } from './client/connect-telnet.ts';
export type { TelnetClientOptions, TelnetConnection } from './client/options.ts';
