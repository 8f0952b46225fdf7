/** `portcall serve` as a newcomer, a script and an operator meet it. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { runHere } from '../support/run-here.ts';
import { emptyFolder, portcall, serving, type Serving } from './portcall.ts';

const ANY = ['--listen', 'ftp://127.0.0.1:0'] as const;

/** Waits until the socket has said a line that begins with the code. */
function answer(socket: Socket, code: string): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  let text = '';
  const listen = (data: string): void => {
    text += data;
    const line = text.split('\r\n').find((candidate) => candidate.startsWith(`${code} `));
    if (line === undefined) return;
    socket.off('data', listen);
    resolve(line);
  };
  socket.on('data', listen);
  socket.once('close', () => reject(new Error(`closed after ${JSON.stringify(text)}`)));
  return promise;
}

async function login(port: number, name: string, password: string): Promise<Socket> {
  const socket = connect(port, '127.0.0.1').setEncoding('utf8');
  await answer(socket, '220');
  socket.write(`USER ${name}\r\n`);
  await answer(socket, '331');
  socket.write(`PASS ${password}\r\n`);
  await answer(socket, '230');
  return socket;
}

const portOf = (ready: { readonly listeners: readonly { readonly port: number }[] }): number =>
  ready.listeners[0]?.port ?? 0;

test('without an account one is made up, shown with a line to copy, and it logs in', async () => {
  using folder = emptyFolder();
  await using server = await serving(ANY, { cwd: folder.path });
  const port = portOf(server.ready);
  assert.equal(server.ready.pid, server.child.pid);
  assert.deepEqual(server.ready.listeners, [{ protocol: 'ftp', host: '127.0.0.1', port }]);
  assert.ok(existsSync(join(folder.path, 'files')), './files is made');
  const socket = await login(port, 'portcall', await shownPassword(server));
  socket.destroy();
  server.child.kill('SIGTERM');
  const { code, stdout, stderr } = await server.finished;
  assert.equal(code, 0);
  assert.match(
    stdout,
    new RegExp(`\\n  curl --ssl-reqd --cacert \\S+ ftp://portcall:[a-z0-9]{14}@127\\.0\\.0\\.1:${port}/\\n`),
  );
  assert.match(stdout, /\n {2}copy ftp:\/\/portcall:[a-z0-9]{14}@[\w.]+\/FILE flash:\n/);
  assert.ok(stdout.endsWith(`\nready ftp://127.0.0.1:${port}\n`), stdout);
  assert.ok(stdout.split('\n').length < 24, 'one screen');
  assert.match(stderr, /info {2}ftp \w+ 127\.0\.0\.1:\d+ portcall logged in\n/);
  assert.doesNotMatch(stderr, new RegExp(/password (\w+)/.exec(stdout)?.[1] ?? 'never'), 'no password in the log');
});

/** The ready file may be there before standard output has come through its pipe. */
async function shownPassword(server: Serving): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const look = (): void => {
    const found = /password ([a-z0-9]{14}),/.exec(server.stdout())?.[1];
    if (found !== undefined) resolve(found);
  };
  server.child.stdout?.on('data', look);
  look();
  return promise;
}

test('accounts of the command line and of the file log in; passwords stay out of the list of processes', async () => {
  using folder = emptyFolder();
  mkdirSync(join(folder.path, 'images'));
  const { stdout: hash } = await portcall(['user', 'hash'], { cwd: folder.path, input: 'from the file\n' });
  writeFileSync(
    join(folder.path, 'portcall.yaml'),
    `root: images\nlisteners: ['ftp://127.0.0.1:0']\naccounts:\n  - name: switch\n    passwordHash: '${hash.trim()}'\n`,
  );
  const words = ['--config', 'portcall.yaml', '--user', 'engineer:hush:hush:ro'];
  await using server = await serving(words, { cwd: folder.path });
  (await login(portOf(server.ready), 'switch', 'from the file')).destroy();
  (await login(portOf(server.ready), 'engineer', 'hush:hush')).destroy();
  if (process.platform === 'linux') {
    const shown = readFileSync(`/proc/${server.ready.pid}/cmdline`, 'utf8');
    assert.match(shown, /^portcall serve/);
    assert.doesNotMatch(shown, /hush/);
  }
  server.child.kill('SIGINT');
  const { code, stdout } = await server.finished;
  assert.equal(code, 0);
  assert.doesNotMatch(stdout, /hush/, 'a chosen password is not shown');
});

test('with --log json both outputs are JSON, line by line, and the ready line holds the account', async () => {
  using folder = emptyFolder();
  const words = [...ANY, '--listen', 'ftp://[::1]:0', '--log', 'json'];
  await using server = await serving(words, { cwd: folder.path });
  server.child.kill('SIGTERM');
  const { code, stdout, stderr } = await server.finished;
  assert.equal(code, 0);
  const ready = JSON.parse(stdout) as Record<string, unknown>;
  assert.equal(ready['event'], 'ready');
  assert.deepEqual(ready['listeners'], server.ready.listeners);
  assert.deepEqual(
    server.ready.listeners.map(({ host }) => host),
    ['127.0.0.1', '::1'],
  );
  assert.match(JSON.stringify(ready['account']), /^\{"name":"portcall","password":"[a-z0-9]{14}"\}$/);
  const events = stderr
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(
    events.slice(0, 3).map(({ kind, level }) => [kind, level]),
    [
      // The certificate that it made itself.
      ['note', 'info'],
      ['listening', 'info'],
      ['listening', 'info'],
    ],
  );
});

test('beyond the machine itself it warns that clients need not encrypt', async () => {
  using folder = emptyFolder();
  await using server = await serving(['--listen', 'ftp://0.0.0.0:0'], { cwd: folder.path });
  server.child.kill('SIGTERM');
  const { stdout, stderr } = await server.finished;
  assert.match(stdout, /Clients that do not ask for TLS are not encrypted/);
  assert.match(stderr, /Clients that do not ask for TLS are not encrypted/);
});

test('a stop waits for nobody who merely stays connected', async () => {
  using folder = emptyFolder();
  await using server = await serving([...ANY, '--user', 'a:b'], { cwd: folder.path });
  const socket = await login(portOf(server.ready), 'a', 'b');
  const gone = once(socket, 'close');
  server.child.kill('SIGTERM');
  await gone;
  assert.equal((await server.finished).code, 0);
});

test('a taken port is told in one sentence, and no other listener stays open', async () => {
  using folder = emptyFolder();
  const holder = createServer().listen(0, '127.0.0.1');
  await once(holder, 'listening');
  const { port } = holder.address() as AddressInfo;
  try {
    const words = ['serve', ...ANY, '--listen', `ftp://127.0.0.1:${port}`];
    const { code, stdout, stderr } = await portcall(words, { cwd: folder.path });
    assert.equal(code, 1);
    assert.equal(stdout, '');
    assert.match(
      stderr,
      new RegExp(`\\nportcall: port ${port} of 127\\.0\\.0\\.1 is taken by another program; .*--listen`),
    );
  } finally {
    holder.close();
  }
});

const wrongUsages: readonly (readonly [readonly string[], RegExp])[] = [
  [[], /say which command to run/],
  [['nonsense'], /unknown command 'nonsense'/],
  [['serve', '--nonsense'], /unknown option '--nonsense'/],
  [['serve', 'nonsense'], /too many arguments/],
  [['serve', '--root', 'nowhere'], /--root: \/.*nowhere does not exist; make it or name another folder/],
  [['serve', '--root', 'a-file'], /--root: \/.*a-file is not a folder/],
  [['serve', '--user', 'secret'], /--user: must be NAME:PASSWORD/],
  [['serve', '--listen', 'scp://127.0.0.1:0'], /--listen: asks for scp: say sftp:\/\/, where SCP is served too/],
  [['serve', '--listen', 'ftps://127.0.0.1:0', '--tls', 'off'], /--tls: cannot be off: ftps:\/\/ is encrypted/],
  [['serve', '--tls', 'maybe'], /--tls: must be off, offered, login or data/],
  [['serve', '--key', 'key.pem'], /--key: is of no use without --certificate/],
  [['serve', '--listen', 'tftp://127.0.0.1:x'], /--listen: must be a URL such as/],
  [['serve', '--log', 'xml'], /--log: must be text or json/],
  [['serve', '--config', 'none.yaml'], /--config none\.yaml: there is no such file/],
];

for (const [words, sentence] of wrongUsages) {
  test(`wrong usage: portcall ${words.join(' ')}`, async () => {
    using folder = emptyFolder();
    writeFileSync(join(folder.path, 'a-file'), '');
    // One of them as people meet it; the others need no process of their own.
    const { code, stdout, stderr } = await (words[0] === 'nonsense' ? portcall : runHere)(words, { cwd: folder.path });
    assert.equal(code, 2, stderr);
    assert.equal(stdout, '');
    assert.match(stderr, sentence);
    assert.match(stderr, /^portcall: [^\n]*\n$/, 'one line');
    assert.doesNotMatch(stderr, /secret/);
  });
}

test('--check tells every mistake of a file with its line', async () => {
  using folder = emptyFolder();
  writeFileSync(
    join(folder.path, 'p.yaml'),
    'root: .\naccounts:\n  - name: a\n    password: x\n    access: rw\ncolour: 1\n',
  );
  const { code, stderr } = await portcall(['serve', '--config', 'p.yaml', '--check'], { cwd: folder.path });
  assert.equal(code, 2);
  assert.match(stderr, /^portcall: p\.yaml:5: accounts\[0\]\.access: must be read-only or read-write$/m);
  assert.match(stderr, /^portcall: p\.yaml:6: colour: is not a key that Portcall knows$/m);
});

test('--check of a right file says what it serves, opens nothing and makes nothing', async () => {
  using folder = emptyFolder();
  const { code, stdout, stderr } = await portcall(['serve', '--check'], { cwd: folder.path });
  assert.equal(code, 0);
  assert.equal(stderr, '');
  assert.match(stdout, /listens {2}ftp:\/\/127\.0\.0\.1:2121/);
  assert.equal(existsSync(join(folder.path, 'files')), false);
});

test('--check names the line of a folder that is missing', async () => {
  using folder = emptyFolder();
  writeFileSync(join(folder.path, 'p.yaml'), 'greeting: hi\nroot: nowhere\n');
  const { code, stderr } = await portcall(['serve', '--config', 'p.yaml', '--check'], { cwd: folder.path });
  assert.equal(code, 2);
  assert.match(stderr, /^portcall: p\.yaml:2: root: .*nowhere does not exist/);
});

test('--version and --help', async () => {
  using folder = emptyFolder();
  assert.match((await portcall(['--version'], { cwd: folder.path })).stdout, /^\d+\.\d+\.\d+\n$/);
  const { code, stdout } = await portcall(['serve', '--help'], { cwd: folder.path });
  assert.equal(code, 0);
  assert.match(stdout, /--ready-file/);
  assert.match(stdout, /Examples:/);
});

test('user hash takes the password from the environment too, and refuses an empty one', async () => {
  using folder = emptyFolder();
  const environment = { PORTCALL_PASSWORD: 'x' };
  const { stdout } = await portcall(['user', 'hash'], { cwd: folder.path, environment });
  assert.match(stdout, /^\$argon2id\$v=19\$m=19456,t=2,p=1\$[^$]+\$[^$]+\n$/);
  const refused = await portcall(['user', 'hash'], { cwd: folder.path });
  assert.equal(refused.code, 2);
  assert.match(refused.stderr, /^portcall: a password has 1 to 1024 bytes/);
});
