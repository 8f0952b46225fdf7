/** Logging in as a client, when something on this side goes wrong in the middle of it. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  sshAuthenticator,
  startTestSshServer,
  testHostKey,
  type TestSshServer,
} from '../../../../test/support/ssh-server.ts';
import type { ClientEvent } from '../../../observe/client-event.ts';
import { parsePrivateKey } from '../server/library.ts';
import { agentOfOneKey } from './agent.ts';
import { connectSsh } from './connect-ssh.ts';
import type { LoginWay, SshConnection } from './options.ts';

const PASSWORD: LoginWay = { kind: 'password', ask: () => Promise.resolve('p') };
const KEY = parsePrivateKey(testHostKey('ed25519').text);
const WRONG = 'The passphrase of the key /k was wrong, so it is not used.';

/** A key that the server would take, and that cannot sign. */
const unsigning = (unused: readonly string[] = []): LoginWay => ({
  kind: 'identities',
  unused,
  keys: (async function* () {
    yield {
      agent: agentOfOneKey(KEY, () => Promise.reject(new Error(WRONG))),
      comment: 'k',
    };
  })(),
});

const login = (server: TestSshServer, ways: readonly LoginWay[], events: ClientEvent[] = []): Promise<SshConnection> =>
  connectSsh({
    host: server.host,
    port: server.port,
    user: 'u',
    ways,
    judge: () => Promise.resolve(),
    observe: (event) => void events.push(event),
  });

const serverOf = (): Promise<TestSshServer> =>
  startTestSshServer({ authenticator: sshAuthenticator([KEY.getPublicSSH()]) });

describe('a key that cannot sign', () => {
  test('is told of, and the next way is tried', async () => {
    await using server = await serverOf();
    const events: ClientEvent[] = [];
    await using connection = await login(server, [unsigning(), PASSWORD], events);
    assert.ok(connection.isOpen);
    assert.ok(events.some((event) => event.kind === 'note' && event.text === WRONG));
  });
  test('is why the login was refused, when there is nothing else', async () => {
    await using server = await serverOf();
    await assert.rejects(login(server, [unsigning(['The key /other is not there.'])]), {
      name: 'FileError',
      kind: 'login-refused',
      message:
        /tried were the key k; it takes .*\. The key \/other is not there\. The passphrase of the key \/k was wrong, so it is not used$/,
    });
  });
});

describe('whoever is asked and fails', () => {
  const failure = new RangeError('there is no file');
  const failing = (): Promise<never> => Promise.reject(failure);
  const WAYS: readonly (readonly [name: string, way: LoginWay])[] = [
    ['for the password', { kind: 'password', ask: failing }],
    ['the questions of the server', { kind: 'questions', answer: failing }],
  ];
  for (const [name, way] of WAYS)
    test(`${name}: that very failure ends the login, and nothing else is tried`, async () => {
      await using server = await startTestSshServer();
      await assert.rejects(login(server, [way, PASSWORD]), (error) => error === failure);
    });
  test('whether to trust the host: that very failure', async () => {
    await using server = await startTestSshServer();
    const connecting = connectSsh({ host: server.host, port: server.port, user: 'u', ways: [], judge: failing });
    await assert.rejects(connecting, (error) => error === failure);
  });
});
