/** The door of SCP: its server's engine. */
export { isHashCommand, serveHashCommand } from './server/hash-commands.ts';
export { isScpCommand, serveScp } from './server/serve-scp.ts';
