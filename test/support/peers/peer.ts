/** What a test must know of a server that others wrote to run it: one table row each, in the files beside this one. */

export interface PeerAccount {
  readonly user: string;
  readonly password: string;
}

/** PEM files with a certificate for this machine. */
export interface PeerCertificate {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file. */
  readonly together: string;
}

/** What a peer is given to be configured with. */
export interface PeerSetup {
  /** Where the packages were unpacked. */
  readonly packages: string;
  /** An empty folder of its own for configuration and state. */
  readonly folder: string;
  /** The folder that it is to serve. */
  readonly root: string;
  /** A port of loopback that was free a moment ago. */
  readonly port: number;
  /** Set when it is to offer TLS. */
  readonly tls: PeerCertificate | undefined;
}

export interface Peer {
  readonly name: 'vsftpd' | 'proftpd' | 'pure-ftpd' | 'pyftpdlib';
  /** Where it lies among the unpacked packages. */
  readonly program: string;
  /** These bind, chroot and change user as root, and do not start otherwise. */
  readonly needsRoot: boolean;
  readonly account: PeerAccount;
  /** The virtual path of the directory in which all may write. vsftpd serves no root that its clients can write in. */
  readonly home: '/' | '/files';
  /** Whether it refuses data connections that do not continue the session of their control connection. */
  readonly demandsResumption: boolean;
  /** Writes its configuration; resolves to the command line. */
  readonly configure: (setup: PeerSetup) => Promise<readonly [string, ...string[]]>;
}
