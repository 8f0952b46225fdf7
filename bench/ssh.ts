/** `node bench/ssh.ts`: Portcall beside OpenSSH, as a server and as a client of SFTP, taking turns; prints the table. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtempDisposable, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Row } from './measurement.ts';
import { memoryFolder } from './options.ts';
import { PORTCALL } from './portcall.ts';
import { behind, failures, machine, table } from './report.ts';
import { Results } from './results.ts';

const OPENSSH = 'openssh';
const SSHD = '/usr/sbin/sshd';
const CIPHERS = ['aes128-gcm@openssh.com', 'aes128-ctr'] as const;
const DELAY_MS = 50;
const PATIENCE_MS = 120_000;

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    write: { type: 'string' },
    program: { type: 'string', default: join(import.meta.dirname, '..', 'bin', 'portcall.js') },
  },
});
const rounds = Number(values.rounds ?? (values.quick ? 1 : 3));
const sizes = values.quick
  ? { mebibytes: 128, files: 200, entries: 10_000, farMebibytes: 16 }
  : { mebibytes: 512, files: 1_000, entries: 100_000, farMebibytes: 64 };

interface Server {
  readonly name: typeof PORTCALL | typeof OPENSSH;
  readonly port: number;
  /** Where a file of the folder is, as the client names it. */
  readonly at: (file: string) => string;
  readonly user: string;
}

interface Place {
  readonly folder: string;
  readonly root: string;
  readonly key: string;
  readonly children: ChildProcess[];
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function answers(port: number): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    const socket = connect(port, '127.0.0.1');
    const greeted = await Promise.race([
      once(socket, 'data').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (greeted) return;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
  throw new Error(`nothing answers at port ${port}`);
}

function start(place: Place, program: string, words: readonly string[]): ChildProcess {
  const child = spawn(program, words, { stdio: 'ignore' });
  place.children.push(child);
  return child;
}

async function startOpenSsh(place: Place): Promise<Server> {
  const port = await freePort();
  const hostKey = join(place.folder, 'host_key');
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', hostKey]);
  const file = join(place.folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${place.key}.pub`,
    'StrictModes no',
    'PermitRootLogin yes',
    'UsePAM no',
    'PidFile none',
    'Subsystem sftp internal-sftp',
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  if (process.getuid?.() === 0) await mkdir('/run/sshd', { recursive: true });
  start(place, SSHD, ['-D', '-f', file]);
  await answers(port);
  return { name: OPENSSH, port, at: (name) => join(place.root, name), user: userInfo().username };
}

async function startPortcall(place: Place, program: string): Promise<Server> {
  const port = await freePort();
  const file = join(place.folder, 'portcall.yaml');
  const publicKey = (await readFile(`${place.key}.pub`, 'utf8')).trim();
  const account = `accounts:\n  - name: bench\n    publicKeys: ['${publicKey}']\n`;
  const limits = 'limits:\n  connectionsPerMinutePerAddress: 1000000\n  loginsPerMinutePerAddress: 1000000\n';
  await writeFile(file, `root: ${place.root}\nlisteners: ['sftp://127.0.0.1:${port}']\n${account}${limits}`);
  start(place, process.execPath, [program, 'serve', '--config', file, '--state', join(place.folder, 'state')]);
  await answers(port);
  return { name: PORTCALL, port, at: (name) => `/${name}`, user: 'bench' };
}

/** Time to the end of a program, in seconds. Throws when it fails. */
async function seconds(program: string, words: readonly string[], input = ''): Promise<number> {
  const beganMs = performance.now();
  const child = spawn(program, words, {
    stdio: ['pipe', 'ignore', 'pipe'],
    timeout: PATIENCE_MS,
    killSignal: 'SIGKILL',
  });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said = `${said}${text}`.slice(-500)));
  child.stdin.end(input);
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`${program} ended with ${String(code)}: ${said.trim()}`);
  return (performance.now() - beganMs) / 1000;
}

interface Sftp {
  readonly port: number;
  readonly cipher: string;
  readonly batch: string;
}

const openSshClient = (place: Place, { user }: Server, { port, cipher, batch }: Sftp): Promise<number> =>
  // prettier-ignore
  seconds('sftp', [
    '-q', '-F', 'none', '-c', cipher, '-i', place.key, '-o', 'IdentitiesOnly=yes', '-o', 'StrictHostKeyChecking=no',
    '-o', 'UserKnownHostsFile=/dev/null', '-o', 'LogLevel=ERROR', '-P', String(port), '-b', '-', `${user}@127.0.0.1`,
  ], batch);

/** A relay that hands every byte on after a while, both ways. */
async function delayed(port: number): Promise<{ readonly port: number; close(): void }> {
  const sockets = new Set<Socket>();
  const relay = (from: Socket, to: Socket): void => {
    from.on('data', (bytes) => {
      // What waits in between is bounded by what the two sides leave unanswered.
      setTimeout(() => to.writable && to.write(bytes), DELAY_MS / 2);
    });
    from.on('close', () => setTimeout(() => to.end(), DELAY_MS / 2));
    from.on('error', () => undefined);
  };
  const server = createServer({ noDelay: true }, (near) => {
    const far = connect({ port, host: '127.0.0.1', noDelay: true });
    for (const socket of [near, far]) sockets.add(socket);
    relay(near, far);
    relay(far, near);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

const row = (label: string, unit: string): Row => ({ label, unit, better: 'more' });

async function fill(root: string): Promise<void> {
  const block = Buffer.alloc(1024 * 1024);
  for (let index = 0; index < block.length; index += 1) block[index] = (index * 2654435761) >>> 13;
  const large = async (name: string, mebibytes: number): Promise<void> =>
    await writeFile(join(root, name), Buffer.concat(Array.from({ length: mebibytes }, () => block)));
  await large('large', sizes.mebibytes);
  await large('far', sizes.farMebibytes);
  await mkdir(join(root, 'small'));
  for (let index = 0; index < sizes.files; index += 1)
    await writeFile(join(root, 'small', `f${index}`), block.subarray(0, 2048));
  await mkdir(join(root, 'many'));
  for (let index = 0; index < sizes.entries; index += 1) await writeFile(join(root, 'many', `entry-${index}`), '');
}

async function measureServer(place: Place, server: Server, results: Results): Promise<void> {
  const { root, folder } = place;
  const out = join(folder, 'out');
  const add = (label: string, unit: string, amount: number, took: number): void =>
    results.add(server.name, [{ row: row(label, unit), value: amount / took }]);
  const run = (cipher: string, batch: string, port = server.port): Promise<number> =>
    openSshClient(place, server, { port, cipher, batch });
  const [cipher] = CIPHERS;
  for (const one of CIPHERS) {
    const label = `${sizes.mebibytes} MiB, ${one.replace(/@.*/, '')}`;
    add(`get ${label}`, 'MiB/s', sizes.mebibytes, await run(one, `get ${server.at('large')} ${out}\n`));
    if ((await stat(out)).size !== (await stat(join(root, 'large'))).size) throw new Error('get: another size');
    add(`put ${label}`, 'MiB/s', sizes.mebibytes, await run(one, `put ${join(root, 'large')} ${server.at('put')}\n`));
    await rm(join(root, 'put'));
    await rm(out);
  }
  add(
    `get ${sizes.files} files of 2 KiB`,
    'files/s',
    sizes.files,
    await run(cipher, `get -R ${server.at('small')} ${out}\n`),
  );
  await rm(out, { recursive: true });
  add(
    `put ${sizes.files} files of 2 KiB`,
    'files/s',
    sizes.files,
    await run(cipher, `put -R ${join(root, 'small')} ${server.at('copy')}\n`),
  );
  await rm(join(root, 'copy'), { recursive: true });
  add(`list ${sizes.entries} entries`, 'entries/s', sizes.entries, await run(cipher, `ls -1f ${server.at('many')}\n`));
  const far = await delayed(server.port);
  try {
    const label = `${sizes.farMebibytes} MiB at ${DELAY_MS} ms of delay`;
    add(`get ${label}`, 'MiB/s', sizes.farMebibytes, await run(cipher, `get ${server.at('far')} ${out}\n`, far.port));
    add(
      `put ${label}`,
      'MiB/s',
      sizes.farMebibytes,
      await run(cipher, `put ${join(root, 'far')} ${server.at('put')}\n`, far.port),
    );
  } finally {
    far.close();
  }
  await rm(join(root, 'put'), { force: true });
  await rm(out, { force: true });
}

/** Both clients at OpenSSH's server. */
async function measureClients(place: Place, server: Server, results: Results): Promise<void> {
  const out = join(place.folder, 'out');
  const ours = (verb: string, words: readonly string[]): Promise<number> =>
    seconds(process.execPath, [
      values.program,
      verb,
      '--ssh-config',
      'none',
      '--agent',
      'off',
      '--insecure',
      '--identity',
      place.key,
      ...words,
    ]);
  const theirs = (batch: string): Promise<number> =>
    openSshClient(place, server, { port: server.port, cipher: CIPHERS[0], batch });
  const url = (name: string): string => `sftp://${server.user}@127.0.0.1:${server.port}/${join(place.root, name)}`;
  const get = row(`get ${sizes.mebibytes} MiB`, 'MiB/s');
  const put = row(`put ${sizes.mebibytes} MiB`, 'MiB/s');
  const large = join(place.root, 'large');
  const add = (name: string, one: Row, took: number): void =>
    results.add(name, [{ row: one, value: sizes.mebibytes / took }]);
  add(PORTCALL, get, await ours('get', [url('large'), '-o', out]));
  await rm(out);
  add(OPENSSH, get, await theirs(`get ${server.at('large')} ${out}\n`));
  await rm(out);
  add(PORTCALL, put, await ours('put', [large, url('put')]));
  await rm(join(place.root, 'put'));
  add(OPENSSH, put, await theirs(`put ${large} ${server.at('put')}\n`));
  await rm(join(place.root, 'put'));
}

const METHOD = `## How it is measured

Everything runs on one machine over loopback, with files in memory. The servers are asked by OpenSSH's \`sftp\`, the same
program for both, with a key; the figures are of its whole run, login included. The clients are asked to move files to and
from OpenSSH's server, start and end of the program included: Portcall's takes about 0.3 s to start, which on a small file
is all there is. Portcall publishes uploads by a rename when they are whole and fsyncs them; OpenSSH writes in place. The
delay is made by a relay that hands every byte on after half of it, each way.`;

async function bench(): Promise<void> {
  await using things = await mkdtempDisposable(join(memoryFolder(), 'portcall-bench-ssh-'));
  const place: Place = {
    folder: things.path,
    root: join(things.path, 'root'),
    key: join(things.path, 'key'),
    children: [],
  };
  await mkdir(place.root);
  execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', place.key]);
  await fill(place.root);
  const [servers, clients] = [new Results(), new Results()];
  try {
    const both = [await startPortcall(place, values.program), await startOpenSsh(place)];
    for (let round = 0; round < rounds; round += 1) {
      for (const server of round % 2 === 0 ? both : both.toReversed())
        await measureServer(place, server, servers).catch((error: unknown) => servers.fail(server.name, String(error)));
      await measureClients(place, both[1]!, clients).catch((error: unknown) => clients.fail(PORTCALL, String(error)));
      console.error(`round ${round + 1} of ${rounds} done`);
    }
  } finally {
    for (const child of place.children) child.kill('SIGKILL');
  }
  const version = execFileSync('sh', ['-c', 'ssh -V 2>&1']).toString().trim();
  const names = [{ name: PORTCALL }, { name: OPENSSH }];
  const words = process.argv.slice(2).join(' ');
  const text = [
    '# Portcall beside OpenSSH',
    `Made by \`node bench/ssh.ts ${words}\` on ${new Date().toISOString().slice(0, 10)}; this page is not edited by hand.`,
    machine(),
    `Rounds: ${rounds}. ${version}.`,
    'Each cell is a median; **bold** is the best of its row. The factor in parentheses says how Portcall compares: above 1 Portcall is ahead, below 1 behind.',
    '## Servers',
    table(servers, names),
    behind(servers, names),
    '## Clients',
    table(clients, names),
    behind(clients, names),
    ...failures(servers),
    ...failures(clients),
    METHOD,
  ].join('\n\n');
  console.log(text);
  if (values.write !== undefined) await writeFile(values.write, `${text}\n`);
  if ([...servers.failures.values(), ...clients.failures.values()].includes(PORTCALL)) process.exitCode = 1;
}

await bench();
