/** The doors to the files, by the names that listeners, accounts, logs and bans know them. */

/** `ftps` is FTP over TLS, whether from the first byte or after AUTH; `ftp` is FTP in the clear. */
export const PROTOCOLS = ['ftp', 'ftps', 'sftp', 'scp', 'tftp'] as const;
export type Protocol = (typeof PROTOCOLS)[number];

/** What a session may speak: the doors to the files, and those to a command line, which move none. */
export type SessionProtocol = Protocol | 'telnet' | 'ssh';
