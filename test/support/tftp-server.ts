/** Our TFTP server for one test: on loopback, on a free port, over a folder that is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account } from '../../src/accounts/account.ts';
import { everywhere, type Permission, PERMISSIONS } from '../../src/accounts/permission.ts';
import { permitted } from '../../src/accounts/permitted.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { localFileSystem } from '../../src/files/local/local-file-system.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import type { TftpServer, TftpServerOptions } from '../../src/protocols/tftp/server/options.ts';
import { startTftpServer } from '../../src/protocols/tftp/server/server.ts';
import { eventually } from './wait.ts';

export interface TestTftpServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The folder that is served. */
  readonly root: string;
  readonly events: readonly ServerEvent[];
  readonly server: TftpServer;
  /** The first event of a kind that fits; waits for it when it has not come yet. */
  event<K extends ServerEvent['kind']>(
    kind: K,
    fits?: (event: Extract<ServerEvent, { kind: K }>) => boolean,
  ): Promise<Extract<ServerEvent, { kind: K }>>;
}

/** What a test may choose. */
export interface TestTftpOptions extends Partial<Omit<TftpServerOptions, 'port' | 'observe' | 'accountFor'>> {
  /** What everybody may do; everything unless told. */
  readonly allow?: readonly Permission[];
  /** Instead of the folder itself: a file system made of it. */
  readonly wrap?: (files: FileSystem) => FileSystem;
  readonly port?: number;
}

/** Waits that a test need not sit through: a tenth of the real ones. */
export const QUICK = { firstMs: 100, leastMs: 40, mostMs: 400, dallyMs: 300 } as const;

/** Starts a server whose `await using` ends it, whatever still runs. */
export async function startTestTftp({
  allow = PERMISSIONS,
  wrap,
  ...options
}: TestTftpOptions = {}): Promise<TestTftpServer> {
  const root = await mkdtemp(join(tmpdir(), 'portcall-tftp-'));
  const opened = localFileSystem({ root });
  const rules = everywhere(new Set(allow));
  const files = permitted(wrap?.(opened) ?? opened, rules);
  const account: Account = { name: 'anonymous', files, permissions: rules, anonymous: true };
  const events: ServerEvent[] = [];
  const server = await startTftpServer({
    host: '127.0.0.1',
    port: 0,
    timing: QUICK,
    ...options,
    accountFor: () => account,
    observe: (event) => void events.push(event),
  });
  return {
    host: server.host,
    port: server.port,
    root,
    events,
    server,
    async event(kind, fits = () => true) {
      type Wanted = Extract<ServerEvent, { kind: typeof kind }>;
      const find = (): Wanted | undefined =>
        events.find((event): event is Wanted => event.kind === kind && fits(event as Wanted));
      await eventually(() => find() !== undefined, `the event ${kind}`);
      return find()!;
    },
    async [Symbol.asyncDispose]() {
      await server.close({ graceMs: 0 });
      opened.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}
