/** What `portcall serve` is to do, as plain data. Paths are absolute, times in milliseconds, sizes in bytes. */
import type { Offence } from '../accounts/ban-list.ts';
import type { AccountDefinition } from '../accounts/definition.ts';
import type { NetworkRule } from '../accounts/network-rules.ts';
import type { LegacyAlgorithm } from '../base/legacy-algorithm.ts';
import type { AdmissionLimitSettings, FtpLimitSettings, LoginSettings } from './limits.ts';
import type { ListenUrl } from './listen-url.ts';
import type { PortRange } from './port-range.ts';

export interface MasqueradeSettings {
  readonly clients: string;
  readonly address: string;
}

/** How much of a session must be encrypted: nothing can be, nothing, names and commands, or files and listings too. */
export type TlsDemandSettings = 'off' | 'offered' | 'login' | 'data';
export type DataBindingSettings = 'off' | 'auto' | 'required';
export type ClientCertificateSettings = 'off' | 'optional' | 'required';

export interface ListenerSettings extends ListenUrl {
  readonly passivePorts?: PortRange;
  /** The first row whose network holds the client wins. */
  readonly masquerade: readonly MasqueradeSettings[];
  /** `login` or `data` where the protocol is `ftps`. */
  readonly tls: TlsDemandSettings;
  /** `default`: nobody asked for TLS, so that a server that cannot offer it may go on without. */
  readonly tlsChoice: 'asked' | 'default';
  readonly dataBinding: DataBindingSettings;
  readonly clientCertificates: ClientCertificateSettings;
  /** Networks (CIDR) of load balancers that tell the client's address in a PROXY header. */
  readonly trustedProxies: readonly string[];
}

/** A certificate with its chain, and its key, in PEM; both may be one file. */
export interface CertificateSettings {
  readonly certificate: string;
  readonly key: string;
  /** Where it was told, for messages. */
  readonly where: string;
}

export interface TlsSettings {
  /** Left out: one that Portcall signs itself, once, and keeps in its state folder. */
  readonly certificate?: CertificateSettings;
  /** For clients that name one of these hosts (in lower case, `*.` stands for one label). */
  readonly names: readonly (CertificateSettings & { readonly hosts: readonly string[] })[];
  /** A PEM file with the authorities that client certificates come from, and one with what they have revoked. */
  readonly ca?: string;
  readonly crl?: string;
  readonly minVersion: 'TLSv1.2' | 'TLSv1.3';
  readonly maxVersion: 'TLSv1.2' | 'TLSv1.3';
  /** As OpenSSL writes them; its own choice when left out. */
  readonly ciphers?: string;
  readonly clearControl: 'refused' | 'allowed';
}

/** A folder that is served. */
export interface RootSettings {
  readonly path: string;
  /** Where it was told, for messages. */
  readonly where: string;
  readonly ifMissing: 'create' | 'refuse';
}

export type Secret =
  /** What opens the account is in its definition: a hash, keys, certificates, or nothing at all. */
  | { readonly kind: 'in-definition' }
  /** In clear text, to be hashed. */
  | { readonly kind: 'password'; readonly password: string }
  /** Nobody was named: a password is made up and shown. */
  | { readonly kind: 'made-up' };

export interface AccountSettings {
  readonly definition: AccountDefinition;
  readonly secret: Secret;
}

export interface AccountHookSettings {
  readonly url: string;
  readonly timeoutMs: number;
  /** 0: each login is asked anew. */
  readonly cacheMs: number;
  /** Signs what is posted. */
  readonly secret?: string;
}

/** `decides`: an upload is published only after the hook has agreed. */
export type UploadHookSettings = { readonly timeoutMs: number; readonly decides: boolean } & (
  | { readonly kind: 'http'; readonly url: string; readonly secret?: string }
  /** A program and its words; without a slash it is looked up in PATH. */
  | { readonly kind: 'program'; readonly words: readonly string[] }
);

/** What is left out stays a default of the ban list. */
export interface BanPolicySettings {
  readonly threshold?: number;
  readonly windowMs?: number;
  readonly banMs?: number;
  readonly longestBanMs?: number;
  readonly repeatMs?: number;
  readonly points?: { readonly [offence in Offence]?: number };
}

export interface BanSettings {
  readonly policy: BanPolicySettings;
  /** Networks (CIDR) that are never banned. */
  readonly allow: readonly string[];
}

/** Who may connect at all, and how much, over all listeners together. */
export interface AdmissionSettings {
  readonly limits: AdmissionLimitSettings;
  /** Networks (CIDR). `allowed` left out: from everywhere; `denied` counts more. */
  readonly networks: { readonly allowed?: readonly string[]; readonly denied?: readonly string[] };
}

/** For all TFTP listeners. What is left out of `limits` stays a default of the server. */
export interface TftpSettings {
  readonly ports: 'one-per-transfer' | 'single';
  readonly transferPorts?: PortRange;
  readonly fragments: 'allowed' | 'avoided';
  readonly broadcast: 'ignored' | 'answered';
  /** What is asked for, and the path that it stands for. */
  readonly names: readonly (readonly [asked: string, path: string])[];
  /** A file with rules that change names. */
  readonly nameMap?: { readonly path: string; readonly where: string };
  readonly limits: {
    readonly blockBytes?: number;
    readonly windowBlocks?: number;
    readonly transfers?: number;
    readonly transfersPerAddress?: number;
    readonly uploadBytes?: number;
    readonly transferMs?: number;
  };
}

/** For all SSH listeners. What is left out of `limits` stays a default of the server. */
export interface SshSettings {
  /** Private keys; left out: some that are made once and kept in the state folder. */
  readonly hostKeys?: readonly { readonly path: string; readonly where: string }[];
  readonly scp: 'served' | 'off';
  readonly keyboardInteractive: boolean;
  /** Old algorithms, for whom and until when. */
  readonly legacy: readonly {
    /** Networks (CIDR). */
    readonly clients: readonly string[];
    readonly algorithms: readonly LegacyAlgorithm[];
    readonly reason: string;
    /** Milliseconds since 1970 (UTC). */
    readonly untilMs: number;
  }[];
  readonly limits: {
    readonly loginTries?: number;
    readonly idleMs?: number;
    readonly rekeyBytes?: number;
    readonly rekeyMs?: number;
  };
}

export interface StateSettings {
  readonly path: string;
  /** Where it was told, for messages. */
  readonly where: string;
  readonly choice: 'asked' | 'default';
}

export interface ServeSettings {
  /** The file that this comes from, to be watched; left out when there is none. */
  readonly configFile?: string;
  readonly listeners: readonly ListenerSettings[];
  /** For all listeners whose `tls` is not `off`. */
  readonly tls: TlsSettings;
  readonly tftp: TftpSettings;
  readonly ssh: SshSettings;
  /** The folder of accounts that name none, in the file, the database and the hook's answers. */
  readonly root: RootSettings;
  readonly accounts: readonly AccountSettings[];
  /** Asked for accounts that are not among these, in this order. */
  readonly accountDatabase?: string;
  readonly accountHook?: AccountHookSettings;
  /** Who comes from these networks needs no login; the first row that holds the client counts. */
  readonly networks: readonly NetworkRule[];
  /** For whom no row of `networks` holds; nobody when left out. */
  readonly anonymous?: AccountDefinition;
  /** Every folder that somebody above may see, once. */
  readonly folders: readonly RootSettings[];
  readonly admission: AdmissionSettings;
  /** Left out: nobody is banned. */
  readonly bans?: BanSettings;
  readonly limits: FtpLimitSettings;
  readonly login: LoginSettings;
  readonly state: StateSettings;
  readonly log: 'text' | 'json';
  readonly audit?: { readonly path: string; readonly listings: 'written' | 'left-out' };
  /** The path of a log in wu-ftpd's form. */
  readonly xferlog?: string;
  readonly uploadHook?: UploadHookSettings;
  readonly greeting?: string;
  readonly graceMs: number;
  /** What works but should be put right, a sentence each. */
  readonly warnings: readonly string[];
}
