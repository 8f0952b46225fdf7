/** A client's calls share its connections: nothing waits for itself, and what breaks in the middle is gone on with. */
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import type { FileReader, FileSystem } from '../../src/files/index.ts';
import type { ClientEvent } from '../../src/observe/client-event.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpClientOptions } from '../../src/protocols/ftp/client/options.ts';
import type { FtpFileSystem } from '../../src/protocols/ftp/client/powers.ts';
import { startTestServer, type TestServer } from '../support/ftp-server.ts';
import { scriptedFtp } from '../support/scripted-ftp.ts';

const CONTENT = randomBytes(3_000_000);
const path = (text: string): VirtualPath => resolvePath(ROOT, text) ?? ROOT;

interface Watched {
  readonly files: FtpFileSystem;
  readonly events: readonly ClientEvent[];
  /** The verbs that were sent so far. */
  verbs(): readonly string[];
}

async function watched(
  server: Pick<TestServer, 'host' | 'port'>,
  options: Partial<FtpClientOptions> = {},
): Promise<Watched & AsyncDisposable> {
  const events: ClientEvent[] = [];
  const files = await connectFtp({
    host: server.host,
    port: server.port,
    user: 'u',
    password: 'p',
    retry: { attempts: 4, firstDelayMs: 1, maxDelayMs: 5 },
    observe: (event) => void events.push(event),
    ...options,
  });
  return {
    files,
    events,
    verbs: () => events.flatMap((event) => (event.kind === 'command' ? [event.line.split(' ')[0] ?? ''] : [])),
    [Symbol.asyncDispose]: () => files.close(),
  };
}

async function readAll(reader: FileReader, stepBytes = 64 * 1024): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let at = 0;
  for (;;) {
    const into = new Uint8Array(stepBytes);
    const count = await reader.read(into, at);
    if (count === 0) return Buffer.concat(chunks);
    chunks.push(Buffer.from(into.subarray(0, count)));
    at += count;
  }
}

/** Reads and writes by turns, as a copy does. */
async function copy(from: FileSystem, source: VirtualPath, to: FileSystem, target: VirtualPath): Promise<void> {
  await using reader = await from.openReader(source);
  const upload = await to.openUpload(target, { owner: 'ann' });
  const buffer = new Uint8Array(500_000);
  let at = 0;
  for (let count = await reader.read(buffer, at); count > 0; count = await reader.read(buffer, at)) {
    await upload.write(buffer.subarray(0, count), at);
    at += count;
  }
  await upload.commit();
}

const ONE = { limits: { connections: 1 } };

describe('a client with one connection', () => {
  test('looks at each entry while it lists', async () => {
    await using server = await startTestServer();
    for (let index = 0; index < 30; index += 1) writeFileSync(join(server.root, `f${index}`), 'x');
    await using client = await watched(server, ONE);
    let count = 0;
    for await (const batch of client.files.list(ROOT))
      for (const { name } of batch) {
        assert.equal((await client.files.stat(path(`/${name}`))).sizeBytes, 1);
        count += 1;
      }
    assert.equal(count, 30);
  });

  test('copies a file from the server to itself', async () => {
    await using server = await startTestServer();
    writeFileSync(join(server.root, 'a'), CONTENT);
    await using client = await watched(server, ONE);
    await copy(client.files, path('/a'), client.files, path('/b'));
    assert.ok(readFileSync(join(server.root, 'b')).equals(CONTENT));
    assert.deepEqual(readdirSync(server.root).sort(), ['a', 'b']);
    assert.equal(client.events.filter(({ kind }) => kind === 'connecting').length, 1);
  });

  test('serves many calls that overlap', async () => {
    await using server = await startTestServer();
    for (const name of ['a', 'b', 'c']) writeFileSync(join(server.root, name), CONTENT);
    await using client = await watched(server, ONE);
    const read = async (name: string): Promise<void> => {
      await using reader = await client.files.openReader(path(name));
      assert.ok((await readAll(reader, 1_000_000)).equals(CONTENT));
    };
    await Promise.all([
      ...['/a', '/b', '/c'].map(read),
      copy(client.files, path('/a'), client.files, path('/d')),
      client.files.stat(path('/a')),
      client.files.makeDirectory(path('/e')),
    ]);
    assert.ok(readFileSync(join(server.root, 'd')).equals(CONTENT));
  });

  test('holds a listing that has to wait only up to a bound', async () => {
    await using server = await startTestServer();
    for (let index = 0; index < 3000; index += 1) mkdirSync(join(server.root, `a-directory-with-a-long-name-${index}`));
    await using client = await watched(server, { limits: { connections: 1, listingBytes: 1000 } });
    const listed = async (): Promise<void> => {
      for await (const batch of client.files.list(ROOT)) {
        assert.ok(batch.length > 0);
        await client.files.stat(ROOT);
      }
    };
    await assert.rejects(listed(), { kind: 'limit' });
    assert.equal((await client.files.stat(ROOT)).type, 'directory');
  });
});

describe('a download', () => {
  test('is gone on with when its connection is lost, and only an event tells', async () => {
    await using server = await startTestServer();
    // More than all buffers on the way hold.
    const whole = Buffer.concat(Array.from({ length: 10 }, () => CONTENT));
    writeFileSync(join(server.root, 'a'), whole);
    await using client = await watched(server);
    await using reader = await client.files.openReader(path('/a'));
    const into = new Uint8Array(whole.length);
    let at = await reader.read(into.subarray(0, 100_000), 0);
    for (const { session } of server.sessions()) server.kick(session, 'a test');
    while (at < whole.length) at += await reader.read(into.subarray(at), at);
    assert.ok(whole.equals(into));
    assert.ok(client.events.some(({ kind }) => kind === 'retrying'));
  });

  test('ends when the file is another one by then', async () => {
    await using server = await startTestServer();
    writeFileSync(join(server.root, 'a'), CONTENT);
    await using client = await watched(server);
    await using reader = await client.files.openReader(path('/a'));
    await reader.read(new Uint8Array(10), 0);
    writeFileSync(join(server.root, 'a'), CONTENT.subarray(1));
    utimesSync(join(server.root, 'a'), 1, 1);
    await assert.rejects(reader.read(new Uint8Array(10), 2_900_000), { kind: 'integrity' });
  });

  test('that was read to its last byte is confirmed, not aborted', async () => {
    await using server = await startTestServer();
    writeFileSync(join(server.root, 'a'), 'ten bytes.');
    await using client = await watched(server);
    const reader = await client.files.openReader(path('/a'));
    assert.equal(await reader.read(new Uint8Array(10), 0), 10);
    await reader.close();
    assert.ok(!client.verbs().includes('ABOR'));
  });

  test('a read that hangs ends when the reader is closed, and the client stays usable', async () => {
    await using server = await scriptedFtp({
      files: { '/a': 'x'.repeat(100) },
      script: {
        RETR: async (conversation) => {
          conversation.say('150 soon');
          (await conversation.data()).write('x');
        },
        ABOR: '226 aborted',
      },
    });
    await using client = await watched(server);
    const reader = await client.files.openReader(path('/a'));
    assert.equal(await reader.read(new Uint8Array(10), 0), 1);
    const hanging = assert.rejects(reader.read(new Uint8Array(10), 1), { kind: 'interrupted' });
    await reader.close();
    await hanging;
    assert.equal((await client.files.stat(path('/a'))).sizeBytes, 100);
  });
});

describe('an upload', () => {
  test('that was cut is kept and continued by the same owner', async () => {
    await using server = await startTestServer();
    await using client = await watched(server);
    const first = await client.files.openUpload(path('/a'), { owner: 'ann' });
    await first.write(CONTENT.subarray(0, 1_000_000), 0);
    for (const { session } of server.sessions()) server.kick(session, 'a test');
    await assert.rejects(async () => {
      for (let at = 1_000_000; at < CONTENT.length; at += 500_000)
        await first.write(CONTENT.subarray(at, at + 500_000), at);
      await first.commit();
    });
    await assert.rejects(first.write(new Uint8Array(1), CONTENT.length), { name: 'FileError' });
    await first.keep();
    const second = await client.files.openUpload(path('/a'), { owner: 'ann', start: { from: 'end' } });
    await second.write(CONTENT.subarray(second.startBytes), second.startBytes);
    await second.commit();
    assert.ok(readFileSync(join(server.root, 'a')).equals(CONTENT));
    assert.deepEqual(readdirSync(server.root), ['a']);
  });

  test('that was renamed although the answer was lost is done', async () => {
    const files = { '/dir/': '' };
    await using server = await scriptedFtp({
      files,
      script: {
        RNTO: (conversation) => {
          const [part = ''] = [...conversation.shared.files.keys()];
          conversation.shared.files.set('/a', conversation.shared.files.get(part) ?? Buffer.alloc(0));
          conversation.shared.files.delete(part);
          conversation.socket.destroy();
        },
      },
    });
    await using client = await watched(server);
    const upload = await client.files.openUpload(path('/a'));
    await upload.write(new TextEncoder().encode('whole'), 0);
    assert.equal((await upload.commit()).sizeBytes, 5);
    assert.deepEqual([...server.files.keys()], ['/a']);
  });

  test('replaces a file also where the server renames onto none, and puts the old one back on failure', async () => {
    let refusals = 1;
    await using server = await scriptedFtp({
      files: { '/a': 'old' },
      script: {
        RNTO: (conversation, argument) => {
          const { files: stored } = conversation.shared;
          if (stored.has(argument) || (argument === '/a' && refusals-- > 0 && !stored.has('/a') && failing)) {
            conversation.say('553 that name is taken');
            return;
          }
          stored.set(argument, stored.get(conversation.renaming) ?? Buffer.alloc(0));
          stored.delete(conversation.renaming);
          conversation.say('250 renamed');
        },
      },
    });
    let failing = false;
    await using client = await watched(server);
    const put = async (text: string): Promise<void> => {
      const upload = await client.files.openUpload(path('/a'));
      await upload.write(new TextEncoder().encode(text), 0);
      await upload.commit().catch(async (error: unknown) => {
        await upload.discard();
        throw error;
      });
    };
    await put('new');
    assert.deepEqual(
      [...server.files].map(([name, bytes]) => `${name} ${bytes.toString()}`),
      ['/a new'],
    );
    failing = true;
    refusals = 1;
    await assert.rejects(put('newest'), { kind: 'exists' });
    assert.deepEqual(
      [...server.files].map(([name, bytes]) => `${name} ${bytes.toString()}`),
      ['/a new'],
    );
  });
});

describe('looking', () => {
  test('takes a farewell of the server for no answer: the name is not free', async () => {
    let farewells = 2;
    await using server = await scriptedFtp({
      files: { '/a': 'there' },
      script: {
        MLST: (conversation, argument) => {
          if (farewells-- > 0) {
            conversation.say('421 too tired');
            conversation.socket.end();
          } else conversation.say(`250-\r\n type=file;size=5; ${argument}\r\n250 end`);
        },
      },
    });
    await using client = await watched(server);
    assert.equal((await client.files.stat(path('/a'))).sizeBytes, 5);
    farewells = 100;
    await assert.rejects(client.files.openUpload(path('/a'), { start: { from: 'nothing-new' } }), {
      kind: 'connection-lost',
    });
  });

  test('keeps its place where names begin at the directory of the login', async () => {
    await using server = await scriptedFtp({
      files: { '/DISK/a': 'x', '/DISK/d/b': 'yy' },
      features: [],
      script: {
        PWD: '257 "DISK$USER:[ANN]" is where you are',
        SYST: '215 VMS',
        MLST: '500 what?',
        MLSD: '500 what?',
        CWD: (conversation, argument) => {
          const isHome = argument === 'DISK$USER:[ANN]';
          if (!isHome && argument !== 'd') {
            conversation.say('550 no such directory');
            return;
          }
          conversation.directory = isHome ? '/DISK' : `${conversation.directory}/d`;
          conversation.say('250 there');
        },
        PASS: (conversation) => {
          conversation.directory = '/DISK';
          conversation.say('230 welcome');
        },
      },
    });
    await using client = await watched(server);
    assert.equal(client.files.home, '/');
    assert.equal((await client.files.stat(path('/d'))).type, 'directory');
    assert.equal((await client.files.stat(path('/a'))).sizeBytes, 1);
    assert.equal((await client.files.stat(path('/d/b'))).sizeBytes, 2);
    assert.ok(server.lines.every((line) => !/^(SIZE|CWD|RETR) \//.test(line)));
  });
});
