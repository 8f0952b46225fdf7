/** What a client of SSH may be told: where, who, whom to trust, how patiently. */
import type { Duplex } from 'node:stream';
import type { BaseAgent, ParsedKey } from 'ssh2';
import type { Clock } from '../../../base/clock.ts';
import type { ClientObserver } from '../../../observe/client-event.ts';
import type { RemoteProgram } from '../channel/byte-channel.ts';

/** The key by which a server is to be known. */
export interface PresentedHostKey {
  readonly host: string;
  readonly port: number;
  /** `ssh-ed25519`, `ecdsa-sha2-nistp256`, `ssh-rsa`, … */
  readonly type: string;
  /** In its SSH wire form. */
  readonly blob: Uint8Array;
}

/** A way to log in. They are tried in their order, as far as the server takes them. */
export type LoginWay =
  | { readonly kind: 'key'; readonly key: ParsedKey }
  /** Keys one after another, each as an agent that holds no other; the next is looked for when the last did not do. */
  | {
      readonly kind: 'identities';
      readonly keys: AsyncIterable<OfferedIdentity>;
      /** Whole sentences: why other keys are not offered. It grows while keys are looked for. */
      readonly unused?: readonly string[];
    }
  /** Asked for when it is needed; `undefined` when there is none. Also answers the one hidden question of a server. */
  | { readonly kind: 'password'; readonly ask: () => Promise<string | undefined> }
  /** Answers the questions of a server (RFC 4256), which may say anything: escape them. `undefined` gives up. */
  | {
      readonly kind: 'questions';
      readonly answer: (questions: readonly Question[]) => Promise<readonly string[] | undefined>;
    };

export interface OfferedIdentity {
  readonly agent: BaseAgent;
  readonly comment: string;
  readonly file?: string;
}

export interface Question {
  readonly prompt: string;
  readonly echo: 'shown' | 'hidden';
}

/** What is offered, in the order of preference; the defaults where left out. */
export interface OfferedAlgorithms {
  readonly kex?: readonly string[];
  readonly hostKeys?: readonly string[];
  readonly ciphers?: readonly string[];
  readonly macs?: readonly string[];
}

export interface SshTimeouts {
  /** Until a TCP connection stands. Milliseconds. */
  readonly connectMs: number;
  /** From then until the login; the time in which a person is asked does not count. */
  readonly loginMs: number;
  /** Until a channel is open. */
  readonly replyMs: number;
  /** Without a word from the server it is asked whether it is still there, and given up after the tries. */
  readonly keepAliveMs: number;
  readonly keepAliveTries: number;
}

export const DEFAULT_SSH_TIMEOUTS: SshTimeouts = {
  connectMs: 10_000,
  loginMs: 30_000,
  replyMs: 30_000,
  keepAliveMs: 15_000,
  keepAliveTries: 4,
};

export interface SshClientOptions {
  readonly host: string;
  /** 22 unless told. */
  readonly port?: number;
  readonly user: string;
  readonly ways: readonly LoginWay[];
  /** Whether this key is that of the server; throws a `FileError` (`not-trusted`) when not. */
  readonly judge: (key: PresentedHostKey) => Promise<void>;
  readonly algorithms?: OfferedAlgorithms;
  readonly timeouts?: Partial<SshTimeouts>;
  /** Through another server, instead of straight (ProxyJump). */
  readonly through?: (host: string, port: number) => Promise<Duplex>;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
  readonly signal?: AbortSignal;
  /** For events: counts the connections of one client, from 1. */
  readonly connection?: number;
}

/** A connection that has logged in. */
export interface SshConnection extends AsyncDisposable {
  /** `OpenSSH_9.2p1`, without `SSH-2.0-`. It may hold anything. */
  readonly serverSoftware: string;
  readonly isOpen: boolean;
  /** Opens a channel on which a subsystem runs. Rejects with a `FileError`. */
  openSubsystem(name: string, signal?: AbortSignal): Promise<RemoteProgram>;
  /** Opens a channel on which a command runs. */
  exec(command: Uint8Array, signal?: AbortSignal): Promise<RemoteProgram>;
  /** A connection from the server on to another place. */
  forward(host: string, port: number): Promise<Duplex>;
  /** Ends it; never rejects. */
  close(): Promise<void>;
}
