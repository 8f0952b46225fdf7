/** Terminals of an SSH server (RFC 4254 §6.2 and §6.7): offered to those who run a command line, refused for files. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Client, type ClientChannel } from 'ssh2';
import type { Program, ShellTerminal } from '../../src/protocols/ssh/index.ts';
import { startTestSshServer, type TestSshServer } from '../support/ssh-server.ts';
import { eventually, within } from '../support/wait.ts';

async function shellOf(server: TestSshServer): Promise<{ readonly client: Client; readonly channel: ClientChannel }> {
  const client = new Client();
  const { promise, resolve, reject } = Promise.withResolvers<ClientChannel>();
  client.on('error', reject);
  client.on('ready', () => {
    client.shell({ cols: 132, rows: 50, term: 'vt100' }, (error, channel) =>
      error === undefined ? resolve(channel) : reject(error),
    );
  });
  client.connect({ host: server.host, port: server.port, username: 'u', password: 'p' });
  return { client, channel: await within(promise, 'a shell') };
}

test('a shell comes with the size of its terminal, and follows its window', async () => {
  let terminal: ShellTerminal | undefined;
  const shell: Program = async (channel) => {
    await channel.write(Buffer.from('ready'));
    await channel.read();
    channel.exit(0);
  };
  await using server = await startTestSshServer({
    terminals: 'offered',
    programs(request) {
      if (request.kind === 'shell') terminal = request.terminal;
      return shell;
    },
  });
  const { client, channel } = await shellOf(server);
  assert.deepEqual(terminal?.size(), { columns: 132, rows: 50 });
  channel.setWindow(24, 80, 0, 0);
  await eventually(() => terminal?.size().rows === 24, 'the new size is known');
  assert.deepEqual(terminal.size(), { columns: 80, rows: 24 });
  client.end();
});

test('a terminal is refused where none is offered', async () => {
  await using server = await startTestSshServer();
  await assert.rejects(shellOf(server), /Unable to request a pseudo-terminal/);
});
