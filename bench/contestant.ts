/** What the benchmark must know of a server to run it beside others: one table row each, in `rivals.ts` and `portcall.ts`. */

import type { Certificate } from './ftps.ts';

export interface Account {
  readonly user: string;
  readonly password: string;
}

/** What a contestant is given to be configured with. */
export interface Setup {
  /** An empty folder of its own for configuration and state. */
  readonly folder: string;
  /** The tree of files to serve; uploads go to `up/` in it. */
  readonly root: string;
  /** A loopback port that was free a moment ago. */
  readonly port: number;
  /** Set where the measurement is of FTPS: explicit TLS is to be offered with this. */
  readonly tls?: Certificate;
}

/** How to start it, once configured. */
export interface Launch {
  readonly argv: readonly [string, ...string[]];
  readonly environment?: Readonly<Record<string, string>>;
  /** Appears when the server is ready and says its port; without it, the port of the setup is tried until it answers. */
  readonly readyFile?: string;
  /** Where another protocol than FTP is measured: the port, where it cannot be chosen, and whether it answers. */
  readonly port?: number;
  readonly answers?: (port: number) => Promise<boolean>;
}

export interface Contestant {
  readonly name: string;
  readonly version: string;
  readonly account: Account;
  /** Set when it was configured to let anonymous in, read-only or not. */
  readonly anonymous?: Account;
  /** What checking the account's password costs: without this, logins per second cannot be read. */
  readonly passwordCheck: string;
  /** Whether it can be configured for FTPS here. */
  readonly offersTls: boolean;
  readonly configure: (setup: Setup) => Promise<Launch>;
}

/** A contestant, or the sentence that says why it is left out. */
export type Invitation = { readonly contestant: Contestant } | { readonly absent: string };
