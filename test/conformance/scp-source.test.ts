/** The source of our server (P17 to P23), and the commands that clients try beside it. `\0` is yes. */
import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { everywhere, permissionsOf } from '../../src/accounts/permission.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import { type MemoryFileSystem, memoryFileSystem } from '../../src/files/memory/memory-file-system.ts';
import { at, putFile, type ServedRun, serveCommand, type ServeOptions } from '../support/scp.ts';
import { sampleBytes } from '../support/tree.ts';

let files: MemoryFileSystem;
beforeEach(async () => {
  files = memoryFileSystem();
  await files.makeDirectory(at('/etc'));
  await putFile(files, '/etc/r1.cfg', 'one');
  await putFile(files, '/etc/r2.cfg', 'two!');
  await putFile(files, '/etc/notes', 'n');
  for (const name of ['r1.cfg', 'r2.cfg', 'notes'])
    await files.setAttributes(at(`/etc/${name}`), {
      mode: 0o640,
      modifiedMs: 1_183_828_267_000,
      accessedMs: 1_000_000_000_000,
    });
});

const serve = (command: string, options?: ServeOptions, place: FileSystem = files): ServedRun =>
  serveCommand(place, command, options);

/** The client takes one file. */
async function take({ client }: ServedRun, line: string, content: string): Promise<void> {
  await client.expect(`${line}\n`);
  await client.send('\0');
  await client.expect(`${content}\0`);
  await client.send('\0');
}

async function ends({ client, ended }: ServedRun, status: number): Promise<void> {
  await client.expectEnd();
  assert.equal(await ended, status);
}

describe('the source of SCP', () => {
  test('P17: waits for the client, and sends a file byte by byte', async () => {
    const run = serve('scp -f /etc/r1.cfg');
    await new Promise((resolve) => setImmediate(resolve));
    assert.equal(run.events.length, 0);
    await run.client.send('\0');
    await take(run, 'C0640 3 r1.cfg', 'one');
    await ends(run, 0);
    const transfer = run.events.find(({ kind }) => kind === 'transfer');
    assert.ok(transfer?.kind === 'transfer' && transfer.outcome === 'complete' && transfer.bytes === 3);
    assert.deepEqual([transfer.verb, transfer.direction, transfer.path], ['scp -f', 'download', '/etc/r1.cfg']);
  });

  const REFUSED: readonly (readonly [command: string, says: string])[] = [
    ['scp -f /nix', '\x01scp: /nix: No such file or directory\n'],
    ['scp -f "/etc/*.bin"', '\x01scp: /etc/*.bin: No such file or directory\n'],
    ['scp -f /etc/*.bin', '\x01scp: /etc/*.bin: No such file or directory\n'],
    ['scp -f "/etc/*.cfg"', '\x01scp: /etc/*.cfg: No such file or directory\n'],
    ['scp -f /etc', '\x01scp: /etc: not a regular file\n'],
    ['scp -f ../../../nix', '\x01scp: ../../../nix: No such file or directory\n'],
  ];
  for (const [command, says] of REFUSED)
    test(`P18, P19: ${command}`, async () => {
      const run = serve(command);
      await run.client.send('\0');
      await run.client.expect(says);
      await ends(run, 1);
      assert.equal(run.events.at(-1)?.kind, 'command-failed');
    });

  test('P18: who may not read is denied', async () => {
    const run = serve('scp -f /etc/r1.cfg', { account: { permissions: everywhere(new Set(['list'] as const)) } });
    await run.client.send('\0');
    await run.client.expect('\x01scp: /etc/r1.cfg: Permission denied\n');
    await ends(run, 1);
  });

  const PATTERNS = [
    '/etc/*.cfg',
    '/etc/r?.cfg',
    '/e*/r[1-2].cfg',
    '/etc/{r1,r2}.cfg',
    '~/*.cfg',
    '*.cfg',
    "'/etc/'*.cfg",
  ];
  for (const pattern of PATTERNS)
    test(`P19: ${pattern} stands for two, also for who may only read`, async () => {
      const run = serve(`scp -f ${pattern}`, {
        startDirectory: '/etc',
        account: { permissions: permissionsOf('read-only') },
      });
      await run.client.send('\0');
      await take(run, 'C0640 3 r1.cfg', 'one');
      await take(run, 'C0640 4 r2.cfg', 'two!');
      await ends(run, 0);
    });

  test('P19: a missing one among others is told, and the others come', async () => {
    const run = serve('scp -f /nix /etc/r1.cfg');
    await run.client.send('\0');
    await run.client.expect('\x01scp: /nix: No such file or directory\n');
    await take(run, 'C0640 3 r1.cfg', 'one');
    await ends(run, 1);
  });

  test('P19: a file of the very name counts before the pattern', async () => {
    await putFile(files, '/etc/r[1].cfg', 'itself');
    const run = serve('scp -f /etc/r[1].cfg');
    await run.client.send('\0');
    await take(run, 'C0644 6 r[1].cfg', 'itself');
    await ends(run, 0);
  });

  test('P17: a client that does not want a file gets the next one', async () => {
    const run = serve('scp -f /etc/r1.cfg /etc/r2.cfg');
    await run.client.send('\0');
    await run.client.expect('C0640 3 r1.cfg\n');
    await run.client.send('\x01no room\n');
    await take(run, 'C0640 4 r2.cfg', 'two!');
    await ends(run, 1);
  });

  test('P17: a client that gives up, or goes away, ends it', async () => {
    for (const answer of ['\x02enough\n', '\x01oh\n', '']) {
      const run = serve('scp -f /etc/r1.cfg');
      await run.client.send(answer);
      run.client.channel.end();
      await ends(run, 1);
    }
    const run = serve('scp -f /etc/r1.cfg');
    await run.client.send('\0');
    await run.client.expect('C0640 3 r1.cfg\n');
    await run.client.send('\x02enough\n');
    await ends(run, 1);
  });

  test('P17: a client that says something else is told that it is no SCP', async () => {
    const run = serve('scp -f /etc/r1.cfg');
    await run.client.send('GET / HTTP/1.0\n');
    await run.client.expect('\x02scp: protocol error: an answer was expected\n');
    await ends(run, 1);
  });

  test('P22: -p tells times before each file', async () => {
    const run = serve('scp -p -f /etc/r1.cfg');
    await run.client.send('\0');
    await run.client.expect('T1183828267 0 1000000000 0\n');
    await run.client.send('\0');
    await take(run, 'C0640 3 r1.cfg', 'one');
    await ends(run, 0);
  });

  test('P20: a tree, with an empty file and an empty directory', async () => {
    await files.makeDirectory(at('/etc/empty'), { mode: 0o700 });
    await putFile(files, '/etc/empty.txt', '');
    const run = serve('scp -r -f /etc');
    await run.client.send('\0');
    await run.client.expect('D0755 0 etc\n');
    await run.client.send('\0');
    await take(run, 'C0640 3 r1.cfg', 'one');
    await take(run, 'C0640 4 r2.cfg', 'two!');
    await take(run, 'C0640 1 notes', 'n');
    await run.client.expect('D0700 0 empty\n');
    await run.client.send('\0');
    await run.client.expect('E\n');
    await run.client.send('\0');
    await take(run, 'C0644 0 empty.txt', '');
    await run.client.expect('E\n');
    await run.client.send('\0');
    await ends(run, 0);
  });

  test('P20: links to files are followed, and one that leads back up is refused', async () => {
    await files.makeDirectory(at('/top'));
    await files.links.make('../etc/r1.cfg', at('/top/link'));
    await files.links.make('..', at('/top/up'));
    const run = serve('scp -r -f /');
    await run.client.send('\0');
    await run.client.expect('D0755 0 root\n');
    await run.client.send('\0');
    await run.client.expect('D0755 0 etc\n');
    await run.client.send('\x01not that\n');
    await run.client.expect('D0755 0 top\n');
    await run.client.send('\0');
    await take(run, 'C0640 3 link', 'one');
    await run.client.expect('\x01scp: /top/up: a symbolic link leads back to what holds it\n');
    await run.client.expect('E\n');
    await run.client.send('\0');
    await run.client.expect('E\n');
    await run.client.send('\0');
    await ends(run, 1);
  });

  test('P20: no deeper than the bound', async () => {
    await files.makeDirectory(at('/etc/a'));
    const run = serve('scp -r -f /etc/a', { limits: { depth: 0 } });
    await run.client.send('\0');
    await run.client.expect('\x01scp: /etc/a: directories lie deeper than 0\n');
    await ends(run, 1);
  });

  test('a name with a line end is not sent as two lines', async () => {
    await putFile(files, '/etc/a\nC0644 0 evil', '');
    const run = serve('scp -f /etc/a*');
    await run.client.send('\0');
    await run.client.expect('\x01scp: /etc/a?C0644 0 evil: a name with a line end cannot be sent over SCP; use SFTP\n');
    await ends(run, 1);
  });

  /** Says that the file is as long as `told`, whatever is in it. */
  const telling = (told: number): FileSystem => ({
    ...files,
    openReader: async (path, options) => {
      const reader = await files.openReader(path, options);
      return {
        entry: { ...reader.entry, sizeBytes: told },
        read: (into, position) => reader.read(into, position),
        close: () => reader.close(),
        [Symbol.asyncDispose]: () => reader.close(),
      };
    },
  });

  test('P21: a file that shrinks: as many bytes as announced, and then the truth', async () => {
    const run = serve('scp -f /etc/r1.cfg /etc/r2.cfg', {}, telling(6));
    await run.client.send('\0');
    await run.client.expect('C0640 6 r1.cfg\n');
    await run.client.send('\0');
    await run.client.expect('one\0\0\0\x01scp: /etc/r1.cfg: what arrived is not what was sent\n');
    await run.client.send('\0');
    await run.client.expect('C0640 6 r2.cfg\n');
    await run.client.send('\x02enough\n');
    await ends(run, 1);
  });

  test('P21: a file that grows: as many bytes as announced', async () => {
    const run = serve('scp -f /etc/r2.cfg', {}, telling(2));
    await run.client.send('\0');
    await take(run, 'C0640 2 r2.cfg', 'tw');
    await ends(run, 0);
  });

  test('P23: a client that does not read holds the server back', async () => {
    await putFile(files, '/big', sampleBytes(16 * 1024 * 1024));
    let readBytes = 0;
    const counted: FileSystem = {
      ...files,
      openReader: async (path, options) => {
        const reader = await files.openReader(path, options);
        return {
          entry: reader.entry,
          read: async (into, position) => {
            const count = await reader.read(into, position);
            readBytes += count;
            return count;
          },
          close: () => reader.close(),
          [Symbol.asyncDispose]: () => reader.close(),
        };
      },
    };
    const run = serve('scp -f /big', {}, counted);
    await run.client.send('\0');
    await run.client.expect(`C0644 ${16 * 1024 * 1024} big\n`);
    await run.client.send('\0');
    for (let turns = 0; turns < 300; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    assert.ok(readBytes < 4 * 1024 * 1024, `${readBytes} bytes were read ahead of the client`);
    assert.equal((await run.client.take(16 * 1024 * 1024 + 1)).at(-1), 0);
    await run.client.send('\0');
    await ends(run, 0);
  });
});

describe('commands beside SCP', () => {
  const CASES: readonly (readonly [command: string, out: string, status: number])[] = [
    ['md5sum /etc/r1.cfg', 'f97c5d29941bfb1b2fdab0874906ab82  /etc/r1.cfg\n', 0],
    ['sha1sum r1.cfg', 'fe05bcdcdc4928012781a5f1a2a77cbb5398e106  r1.cfg\n', 0],
    ["sha256sum -b 'r1.cfg'", '7692c3ad3540bb803c020b3aee66cd8887123234ea0c6e7143c0add73ff431ed  r1.cfg\n', 0],
    ["echo 'abc' | md5sum", '0bee89b07a248e27c83fc3d5951213c1  -\n', 0],
    ['pwd', '/etc\n', 0],
    ['cd', '', 0],
    ['cd ..', '', 0],
    ['cd nix', '', 1],
    ['md5sum nix', '', 1],
    ['md5sum', '', 1],
    ['md5sum $(id)', '', 1],
    ['md5sum --check x', '', 1],
  ];
  for (const [command, out, status] of CASES)
    test(command, async () => {
      const run = serve(command, { startDirectory: '/etc' });
      assert.equal(await run.client.rest(), out);
      assert.equal(await run.ended, status);
      assert.equal(run.complaints.length, status);
    });
});
