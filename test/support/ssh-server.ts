/** Our SSH server for one test: on loopback, with accounts and programs of the test's own. */
import type { Account, Authenticator } from '../../src/accounts/account.ts';
import { permissionsOf } from '../../src/accounts/permission.ts';
import { memoryFileSystem } from '../../src/files/index.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import { makeHostKey, type HostKeyType } from '../../src/protocols/ssh/server/host-keys.ts';
import type { HostKey, Program, SshServer, SshServerOptions } from '../../src/protocols/ssh/server/options.ts';
import { startSshServer } from '../../src/protocols/ssh/server/server.ts';
import { eventually } from './wait.ts';

const made = new Map<HostKeyType, HostKey>();

/** Made once for a run of tests. */
export function testHostKey(type: HostKeyType): HostKey {
  const key = made.get(type) ?? { text: makeHostKey(type), where: `the ${type} key of the test` };
  made.set(type, key);
  return key;
}

const ACCOUNT: Account = {
  name: 'u',
  files: memoryFileSystem(),
  permissions: permissionsOf('read-write'),
  anonymous: false,
};

/** `u` with the password `p`, and with keys of which the wire form is in the list. */
export function sshAuthenticator(keys: readonly Uint8Array[] = []): Authenticator {
  return {
    login: ({ name, password }) =>
      Promise.resolve(
        name === 'u' && password === 'p'
          ? { outcome: 'accepted', account: ACCOUNT }
          : { outcome: 'refused', reason: 'wrong password' },
      ),
    loginWithKey: ({ name, publicKey }) =>
      Promise.resolve(
        name === 'u' && keys.some((key) => Buffer.from(key).equals(publicKey))
          ? { outcome: 'accepted', account: ACCOUNT, restrictions: { access: 'as-account' } }
          : { outcome: 'refused', reason: 'not a key of the account' },
      ),
  };
}

/** Sends back how many bytes came. */
const count: Program = async (channel) => {
  let bytes = 0;
  for (let chunk = await channel.read(); chunk !== undefined; chunk = await channel.read()) bytes += chunk.length;
  await channel.write(Buffer.from(`${bytes}\n`));
  channel.exit(3);
};

/** Sends so many MiB. */
const send =
  (mebibytes: number): Program =>
  async (channel) => {
    const block = Buffer.alloc(1024 * 1024, 7);
    for (let sent = 0; sent < mebibytes; sent += 1) await channel.write(block);
    channel.exit(0);
  };

/** Says nothing until it is told to go. */
const wait: Program = async (channel, { signal }) => {
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  channel.destroy();
};

export const REFUSAL = 'There is no shell here.';

/** `count`, `send N`, `wait`, and the subsystem `count`. */
export const testPrograms: SshServerOptions['programs'] = (request) => {
  if (request.kind === 'subsystem') return request.name === 'count' ? count : { refusal: REFUSAL };
  if (request.kind === 'shell') return { refusal: REFUSAL };
  const [verb, number = '1'] = request.command.split(' ');
  if (verb === 'count') return count;
  if (verb === 'wait') return wait;
  return verb === 'send' ? send(Number(number)) : { refusal: REFUSAL };
};

export interface TestSshServer extends AsyncDisposable {
  readonly host: string;
  readonly port: number;
  readonly server: SshServer;
  readonly events: readonly ServerEvent[];
  /** The first event of a kind; waits for it when it has not come yet. */
  event<K extends ServerEvent['kind']>(kind: K): Promise<Extract<ServerEvent, { kind: K }>>;
}

/** Starts a server whose `await using` ends it, whatever still runs. */
export async function startTestSshServer(options: Partial<SshServerOptions> = {}): Promise<TestSshServer> {
  const events: ServerEvent[] = [];
  const server = await startSshServer({
    host: '127.0.0.1',
    hostKeys: [testHostKey('ed25519')],
    authenticator: sshAuthenticator(),
    programs: testPrograms,
    ...options,
    port: 0,
    observe: (event) => void events.push(event),
  });
  return {
    host: server.host,
    port: server.port,
    server,
    events,
    async event<K extends ServerEvent['kind']>(kind: K) {
      const find = () => events.find((event): event is Extract<ServerEvent, { kind: K }> => event.kind === kind);
      await eventually(() => find() !== undefined, `the event ${kind} comes`);
      return find()!;
    },
    [Symbol.asyncDispose]: () => server[Symbol.asyncDispose](),
  };
}
