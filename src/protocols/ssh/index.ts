/** The door of SSH: its server and its client. */
export { startSshServer } from './server/server.ts';
export {
  DEFAULT_SSH_LIMITS,
  type HostKey,
  type Program,
  type ProgramRequest,
  type Programs,
  type ShellTerminal,
  type SshLimits,
  type SshLogin,
  type SshServer,
  type SshServerOptions,
} from './server/options.ts';
export type { LegacyRow } from './server/algorithms.ts';
export {
  HOST_KEY_TYPES,
  type HostKeyPrint,
  hostKeyPrint,
  type HostKeyType,
  makeHostKey,
  readHostKeys,
} from './server/host-keys.ts';
export { WINDOWS_AGENT_PIPE } from './client/agent.ts';
export { connectSsh } from './client/connect-ssh.ts';
export { DEFAULT_OFFER, LEGACY_OFFER } from './client/default-offer.ts';
export { fingerprintOf, readFingerprint } from './client/fingerprint.ts';
export { identities, type KeyFile } from './client/identities.ts';
export { MAX_KEY_FILE_BYTES } from './client/keys.ts';
export {
  hostKeyAlgorithmsFor,
  judgeHostKey,
  knownHostLine,
  type KnownHostLine,
  MAX_KNOWN_HOSTS_BYTES,
  parseKnownHosts,
} from './client/known-hosts.ts';
export type { LoginWay, OfferedAlgorithms, PresentedHostKey, SshConnection, SshTimeouts } from './client/options.ts';
export type { SshClientOptions } from './client/options.ts';
export type { ByteChannel, RemoteProgram, ServedChannel } from './channel/byte-channel.ts';
export { StreamChannel, type StreamChannelOptions } from './channel/stream-channel.ts';
