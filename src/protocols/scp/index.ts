/** The door of SCP: its server's engine, and its client. */
export { isHashCommand, serveHashCommand } from './server/hash-commands.ts';
export { isScpCommand, serveScp, serveScpCommand } from './server/serve-scp.ts';
export type { ScpLimits, ScpSession } from './server/session-options.ts';
export { parseScpCommand, type ParsedCommand } from './wire/command.ts';
export { connectScp } from './client/connect-scp.ts';
export type { ScpClientOptions } from './client/options.ts';
