/** Our FTP server for one test: on loopback, on a free port, over a folder that is thrown away. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Account, Authenticator } from '../../src/accounts/account.ts';
import { everywhere, type Permission, PERMISSIONS } from '../../src/accounts/permission.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { localFileSystem } from '../../src/files/local/local-file-system.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import type { FtpServer, FtpServerOptions } from '../../src/protocols/ftp/server/options.ts';
import { startFtpServer } from '../../src/protocols/ftp/server/server.ts';
import { eventually } from './wait.ts';

const READ_ONLY: readonly Permission[] = ['list', 'read'];

/** `u` may do everything, `ro` may look; the password of both is `p`. */
export function testAuthenticator(files: FileSystem): Authenticator {
  const account = (name: string, permissions: readonly Permission[]): Account => ({
    name,
    files,
    permissions: everywhere(new Set(permissions)),
    anonymous: false,
  });
  const accounts = new Map([
    ['u', account('u', PERMISSIONS)],
    ['ro', account('ro', READ_ONLY)],
  ]);
  return {
    login({ name, password }) {
      const found = password === 'p' ? accounts.get(name) : undefined;
      return Promise.resolve(
        found === undefined ? { outcome: 'refused', reason: 'no' } : { outcome: 'accepted', account: found },
      );
    },
  };
}

export interface TestServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  /** The folder that is served. */
  readonly root: string;
  readonly events: readonly ServerEvent[];
  /** How many sessions are open now. */
  readonly sessionCount: number;
  readonly sessions: FtpServer['sessions'];
  readonly kick: FtpServer['kick'];
  /** The first event of a kind that fits; waits for it when it has not come yet. */
  event<K extends ServerEvent['kind']>(
    kind: K,
    fits?: (event: Extract<ServerEvent, { kind: K }>) => boolean,
  ): Promise<Extract<ServerEvent, { kind: K }>>;
}

/** What a test may choose. */
export interface TestServerOptions extends Partial<Omit<FtpServerOptions, 'port' | 'observe' | 'authenticator'>> {
  /** Instead of the folder itself: a file system made of it. */
  readonly wrap?: (files: FileSystem) => FileSystem;
}

/** Starts a server whose `await using` ends it, whatever still runs. */
export async function startTestServer({ wrap, ...options }: TestServerOptions = {}): Promise<TestServer> {
  const root = await mkdtemp(join(tmpdir(), 'portcall-ftp-'));
  const opened = localFileSystem({ root });
  const files = wrap?.(opened) ?? opened;
  const events: ServerEvent[] = [];
  const server = await startFtpServer({
    host: '127.0.0.1',
    ...options,
    port: 0,
    authenticator: testAuthenticator(files),
    observe: (event) => void events.push(event),
  });
  return {
    host: server.host,
    port: server.port,
    root,
    events,
    get sessionCount() {
      return server.sessionCount;
    },
    sessions: () => server.sessions(),
    kick: (session, reason) => server.kick(session, reason),
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

/** Events that no test should cause: bugs, and failures that nobody heard of. */
export const faultsOf = ({ events }: Pick<TestServer, 'events'>): readonly ServerEvent[] =>
  events.filter(({ kind }) => kind === 'fault');
