/** The SSH server below SFTP and SCP: logging in, running programs, keys that change, and what it refuses. */
import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import type { ParsedKey } from 'ssh2';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { FileError } from '../../src/files/error.ts';
import type { RemoteProgram } from '../../src/protocols/ssh/channel/byte-channel.ts';
import { connectSsh } from '../../src/protocols/ssh/client/connect-ssh.ts';
import { LEGACY_OFFER } from '../../src/protocols/ssh/client/default-offer.ts';
import type { LoginWay, SshClientOptions } from '../../src/protocols/ssh/client/options.ts';
import { makeHostKey } from '../../src/protocols/ssh/server/host-keys.ts';
import { parsePrivateKey } from '../../src/protocols/ssh/server/library.ts';
import {
  REFUSAL,
  sshAuthenticator,
  startTestSshServer,
  testHostKey,
  type TestSshServer,
} from '../support/ssh-server.ts';
import { eventually } from '../support/wait.ts';

const PASSWORD: LoginWay = { kind: 'password', ask: () => Promise.resolve('p') };

const login = (server: TestSshServer, options: Partial<SshClientOptions> = {}) =>
  connectSsh({
    host: server.host,
    port: server.port,
    user: 'u',
    ways: [PASSWORD],
    judge: () => Promise.resolve(),
    ...options,
  });

const keyPair = (type: 'ed25519' | 'ecdsa' | 'rsa'): ParsedKey => parsePrivateKey(makeHostKey(type));

async function bytesOf(program: RemoteProgram): Promise<number> {
  let bytes = 0;
  for (let chunk = await program.read(); chunk !== undefined; chunk = await program.read()) bytes += chunk.length;
  return bytes;
}

async function answerOf(program: RemoteProgram): Promise<string> {
  const chunks: Uint8Array[] = [];
  for (let chunk = await program.read(); chunk !== undefined; chunk = await program.read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const kindOf = (kind: string) => (error: unknown) => {
  assert.ok(error instanceof FileError, String(error));
  assert.equal(error.kind, kind, error.message);
  return true;
};

describe('logging in over SSH', () => {
  test('with a password', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    assert.equal(connection.serverSoftware, 'Portcall');
    assert.equal((await server.event('login')).account, 'u');
    assert.equal((await server.event('secured')).version, 'SSH-2.0');
  });

  test('with a password by question and answer', async () => {
    await using server = await startTestSshServer();
    const seen: string[] = [];
    const answer: LoginWay = {
      kind: 'questions',
      answer: (questions) => {
        seen.push(...questions.map(({ prompt, echo }) => `${prompt}${echo}`));
        return Promise.resolve(['p']);
      },
    };
    await using connection = await login(server, { ways: [answer] });
    assert.ok(connection.isOpen);
    assert.deepEqual(seen, ['Password: hidden']);
  });

  for (const type of ['ed25519', 'ecdsa', 'rsa'] as const)
    test(`with a key: ${type}`, async () => {
      const key = keyPair(type);
      await using server = await startTestSshServer({ authenticator: sshAuthenticator([key.getPublicSSH()]) });
      await using connection = await login(server, { ways: [{ kind: 'key', key }] });
      assert.ok(connection.isOpen);
    });

  test('a key that is not known, then the right password', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server, { ways: [{ kind: 'key', key: keyPair('ed25519') }, PASSWORD] });
    assert.ok(connection.isOpen);
    assert.deepEqual(
      server.events.filter(({ kind }) => kind === 'login-failed'),
      [],
      'to ask about a key is no failure',
    );
  });

  test('wrong passwords are refused, told to the log, and end the connection when they are too many', async () => {
    await using server = await startTestSshServer({ limits: { loginTries: 2 } });
    const wrong: LoginWay = { kind: 'password', ask: () => Promise.resolve('wrong') };
    await assert.rejects(login(server, { ways: [wrong] }), kindOf('login-refused'));
    assert.equal((await server.event('login-failed')).reason, 'wrong password');
    await assert.rejects(login(server, { ways: [wrong, { ...wrong }] }), FileError);
    await eventually(
      () => server.events.some((event) => event.kind === 'session-closed' && event.reason === 'too many failed logins'),
      'the log says why',
    );
  });

  test('without a login in time it is over', async () => {
    const clock = createManualClock();
    await using server = await startTestSshServer({ clock, limits: { loginMs: 5_000 } });
    const socket = connect(server.port, server.host);
    await once(socket, 'data');
    const closed = once(socket, 'close');
    for (let second = 0; second < 7; second += 1) clock.advance(1_000);
    await closed;
    assert.equal((await server.event('session-closed')).reason, 'no login within 5 s');
  });

  test('who speaks no SSH is told so in the log', async () => {
    await using server = await startTestSshServer();
    const socket = connect(server.port, server.host);
    socket.on('error', () => undefined);
    socket.resume();
    socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(200));
    await once(socket, 'close');
    assert.equal((await server.event('session-closed')).reason, 'it does not speak SSH');
  });
});

describe('algorithms', () => {
  test('nothing that rests on SHA-1 or CBC is offered, and the log names the switch', async () => {
    await using server = await startTestSshServer({ hostKeys: [testHostKey('rsa')] });
    for (const [algorithms, needed] of [
      [{ kex: LEGACY_OFFER.kex }, 'group14-sha1 or group1-sha1'],
      [{ hostKeys: LEGACY_OFFER.hostKeys }, 'ssh-rsa'],
      [{ ciphers: ['aes128-cbc'] }, 'aes-cbc'],
      [{ ciphers: ['aes128-ctr'], macs: ['hmac-sha1'] }, 'hmac-sha1'],
    ] as const) {
      await assert.rejects(login(server, { algorithms }), kindOf('protocol'));
      await eventually(
        () =>
          server.events.some(
            (event) =>
              event.kind === 'session-closed' &&
              event.reason.endsWith(`it needs ${needed} under ssh.legacy, for its network`),
          ),
        `the log names ${needed}`,
      );
    }
  });

  const LEGACY = {
    algorithms: ['group14-sha1', 'group1-sha1', 'ssh-rsa', 'aes-cbc', 'hmac-sha1'],
    reason: 'old switches',
  } as const;
  const OLD = {
    kex: ['diffie-hellman-group1-sha1'],
    hostKeys: ['ssh-rsa'],
    ciphers: ['aes128-cbc'],
    macs: ['hmac-sha1'],
  };

  test('a network for which they are switched on gets them, and the log says that they are used', async () => {
    const legacy = [{ ...LEGACY, clients: ['127.0.0.0/8'], untilMs: Date.now() + 60_000 }];
    await using server = await startTestSshServer({ hostKeys: [testHostKey('rsa')], legacy });
    await using connection = await login(server, { algorithms: OLD });
    assert.equal(await bytesOf(await connection.exec(Buffer.from('send 1'))), 1024 * 1024);
    const note = await server.event('note');
    assert.match(
      note.text,
      /uses old algorithms \(group1-sha1, ssh-rsa, aes-cbc, hmac-sha1\), switched on because: old switches/,
    );
  });

  test('another network does not, nor does anybody after the day on which it ends', async () => {
    const legacy = [
      { ...LEGACY, clients: ['10.0.0.0/8'], untilMs: Date.now() + 60_000 },
      { ...LEGACY, clients: ['127.0.0.0/8'], untilMs: Date.now() - 1 },
    ];
    await using server = await startTestSshServer({ hostKeys: [testHostKey('rsa')], legacy });
    await assert.rejects(login(server, { algorithms: OLD }), kindOf('protocol'));
  });

  test('each kind of host key is the one that was given, and SHA-1 is not used to sign with it', async () => {
    const hostKeys = [testHostKey('ed25519'), testHostKey('ecdsa'), testHostKey('rsa')];
    await using server = await startTestSshServer({ hostKeys });
    for (const [hostKey, type] of [
      ['ssh-ed25519', 'ssh-ed25519'],
      ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp256'],
      ['rsa-sha2-512', 'ssh-rsa'],
      ['rsa-sha2-256', 'ssh-rsa'],
    ] as const) {
      let presented = '';
      const judge: SshClientOptions['judge'] = ({ type: shown }) => {
        presented = shown;
        return Promise.resolve();
      };
      await using connection = await login(server, { algorithms: { hostKeys: [hostKey] }, judge });
      assert.ok(connection.isOpen);
      assert.equal(presented, type);
    }
  });

  test('a host key that is not trusted ends it before any password is sent', async () => {
    await using server = await startTestSshServer();
    const refusal = new FileError('not-trusted', '/', { detail: 'unknown' });
    let asked = false;
    const ways: LoginWay[] = [
      {
        kind: 'password',
        ask: () => {
          asked = true;
          return Promise.resolve('p');
        },
      },
    ];
    await assert.rejects(login(server, { judge: () => Promise.reject(refusal), ways }), refusal);
    assert.equal(asked, false);
  });
});

describe('programs over SSH', () => {
  test('what a client sends arrives, and the exit status comes back', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    for (const program of [await connection.exec(Buffer.from('count')), await connection.openSubsystem('count')]) {
      for (let sent = 0; sent < 5; sent += 1) await program.write(Buffer.alloc(1_000_000));
      program.end();
      assert.equal(await answerOf(program), '5000000\n');
      assert.equal(await program.exited, 3);
    }
  });

  test('a command that is not served ends with 127 and a sentence; an unknown subsystem is refused', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    const program = await connection.exec(Buffer.from('rm -rf /'));
    assert.equal(await answerOf(program), '');
    assert.equal(await program.exited, 127);
    assert.equal(Buffer.from(program.complaints).toString(), `${REFUSAL}\r\n`);
    await assert.rejects(connection.openSubsystem('netconf'), kindOf('unsupported'));
    assert.equal((await server.event('command-failed')).argument, 'rm -rf /');
  });

  test('forwarding is refused', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    await assert.rejects(connection.forward('127.0.0.1', 9), kindOf('unreachable'));
  });

  test('several programs run at once, and no more than the bound', async () => {
    await using server = await startTestSshServer({ limits: { channels: 2 } });
    await using connection = await login(server);
    const first = await connection.exec(Buffer.from('count'));
    const second = await connection.exec(Buffer.from('count'));
    await assert.rejects(connection.exec(Buffer.from('count')), kindOf('unsupported'));
    for (const program of [first, second]) {
      program.end();
      assert.equal(await answerOf(program), '0\n');
      await program.exited;
    }
    const third = await connection.exec(Buffer.from('count'));
    third.end();
    assert.equal(await answerOf(third), '0\n');
  });

  test('a reader that stops holds the program back: nothing piles up', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    const before = process.memoryUsage().rss;
    const program = await connection.exec(Buffer.from('send 400'));
    await program.read();
    await new Promise((resolve) => setTimeout(resolve, 150));
    const grownMiB = (process.memoryUsage().rss - before) / 1024 ** 2;
    assert.ok(grownMiB < 100, `memory grew by ${grownMiB} MiB`);
    program.destroy();
  });

  test('keys are changed while bytes flow, both ways, and none is lost', async () => {
    await using server = await startTestSshServer({ limits: { rekeyBytes: 1_000_000 } });
    await using connection = await login(server);
    const down = await connection.exec(Buffer.from('send 64'));
    const up = await connection.exec(Buffer.from('count'));
    const sending = (async () => {
      for (let sent = 0; sent < 64; sent += 1) await up.write(Buffer.alloc(1024 * 1024));
      up.end();
    })();
    assert.equal(await bytesOf(down), 64 * 1024 * 1024);
    await sending;
    assert.equal(await answerOf(up), `${64 * 1024 * 1024}\n`);
  });
});

describe('the end of a session over SSH', () => {
  test('a client that is idle is sent away', async () => {
    const clock = createManualClock();
    await using server = await startTestSshServer({ clock, limits: { idleMs: 60_000 } });
    await using connection = await login(server);
    await connection.exec(Buffer.from('wait'));
    for (let second = 0; second < 62; second += 1) clock.advance(1_000);
    assert.equal((await server.event('session-closed')).reason, 'idle for 60 s');
  });

  test('an operator sees the session and can end it', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    const program = await connection.exec(Buffer.from('wait'));
    const [session] = server.server.sessions();
    assert.ok(session);
    assert.equal(session.account, 'u');
    assert.equal(session.encrypted, 'control and data');
    assert.equal(server.server.kick(session.session, 'the operator ended it'), true);
    assert.equal((await server.event('session-closed')).reason, 'the operator ended it');
    assert.equal(await program.read(), undefined);
    assert.equal(Buffer.from(program.complaints).toString(), 'the operator ended it\r\n');
  });

  test('a client that is gone without a word leaves nothing behind', async () => {
    await using server = await startTestSshServer();
    const connection = await login(server);
    await connection.exec(Buffer.from('wait'));
    await connection.close();
    await eventually(() => server.server.sessionCount === 0, 'no session is left');
  });

  test('the server closes at once when nothing is transferred', async () => {
    await using server = await startTestSshServer();
    await using connection = await login(server);
    await server.server.close({ graceMs: 10_000 });
    await eventually(() => !connection.isOpen, 'the client knows');
  });
});
