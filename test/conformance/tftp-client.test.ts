/** Our TFTP client before a server that says, packet by packet, what a test wants it to say. */
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { networkInterfaces } from 'node:os';
import { describe, test } from 'node:test';
import type { FileError, FileErrorKind } from '../../src/files/index.ts';
import type { TftpClientOptions, TftpFileSystem } from '../../src/protocols/tftp/client/options.ts';
import { connectTftp } from '../../src/protocols/tftp/index.ts';
import { ackOf, dataOf, errorOf, oackOf, RawTftp } from '../support/raw-tftp.ts';
import { QUICK } from '../support/tftp-server.ts';
import { assertFails, bytesOf, path, put } from './files-probe.ts';

/** Long enough that nothing is sent twice while a test thinks. */
const PATIENT = { ...QUICK, firstMs: 3_000, leastMs: 3_000, mostMs: 3_000 } as const;

interface Meeting extends AsyncDisposable {
  readonly server: RawTftp;
  readonly files: TftpFileSystem;
}

async function meet(options: Partial<TftpClientOptions> = {}): Promise<Meeting> {
  const host = options.host ?? '127.0.0.1';
  const server = await RawTftp.open({ host, port: 0 });
  const files = await connectTftp({ host, port: server.port, timing: PATIENT, ...options });
  const dispose = async (): Promise<void> => {
    await files.close();
    server[Symbol.dispose]();
  };
  return { server, files, [Symbol.asyncDispose]: dispose };
}

const hasIpv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'));

/** What a file holds, as Latin-1. */
async function fetched(files: TftpFileSystem, name: string): Promise<string> {
  await using reader = await files.openReader(path(name));
  const pieces: Buffer[] = [];
  for (let position = 0; ;) {
    const piece = Buffer.alloc(4_096);
    const count = await reader.read(piece, position);
    if (count === 0) return Buffer.concat(pieces).toString('latin1');
    pieces.push(piece.subarray(0, count));
    position += count;
  }
}

const ALL_OPTIONS = 'tsize=0 blksize=1428 windowsize=16';
const full = (letter: string, bytes = 512): Buffer => Buffer.from(letter.repeat(bytes));

describe('what is asked for', () => {
  test('all options, and the answer is taken as it is: all, some, lowered, or none', async () => {
    for (const [answer, blockBytes] of [
      [oackOf('tsize', '3', 'blksize', '1428', 'windowsize', '16'), 1428],
      [oackOf('BLKSIZE', '100'), 100],
      [oackOf('windowsize', '2'), 512],
      [undefined, 512],
    ] as const) {
      await using met = await meet();
      const { server, files } = met;
      const taken = fetched(files, '/f');
      assert.equal(await server.next(), `RRQ f octet ${ALL_OPTIONS}`);
      if (answer !== undefined) assert.equal(await server.ask(answer), 'ACK 0');
      const content = answer?.includes('tsize') === true ? 'abc' : 'a'.repeat(blockBytes - 1);
      assert.equal(await server.ask(dataOf(1, content)), 'ACK 1');
      assert.equal(await taken, content);
    }
  });

  test('a plain server gets a plain request when that is wanted', async () => {
    await using met = await meet({ options: 'plain' });
    const taken = fetched(met.files, '/a b');
    assert.equal(await met.server.next(), 'RRQ a b octet');
    await met.server.ask(dataOf(1, 'x'));
    assert.equal(await taken, 'x');
  });

  test('names may go with a slash before them, and block size, window and time-out are as wished', async () => {
    await using met = await meet({ names: 'absolute', blockBytes: 8192, windowBlocks: 4, timeoutSeconds: 9 });
    void fetched(met.files, '/d/f').catch(() => undefined);
    assert.equal(await met.server.next(), 'RRQ /d/f octet tsize=0 blksize=8192 timeout=9 windowsize=4');
  });

  test('a window is never larger than what is held of it', async () => {
    await using met = await meet({ blockBytes: 65_464, windowBlocks: 64 });
    void fetched(met.files, '/f').catch(() => undefined);
    assert.equal(await met.server.next(), 'RRQ f octet tsize=0 blksize=65464 windowsize=7');
  });

  for (const [what, ...unfair] of [
    ['a larger block', 'blksize', '1429'],
    ['a larger window', 'windowsize', '17'],
    ['a window of none', 'windowsize', '0'],
    ['what was not asked for', 'rollover', '0'],
    ['what is no number', 'blksize', '5e2'],
    ['a number beyond counting', 'tsize', '9'.repeat(400)],
  ] as const)
    test(`an answer with ${what} is refused with ERROR 8, and nothing is asked again`, async () => {
      await using met = await meet();
      const failed = assertFails(fetched(met.files, '/f'), 'protocol');
      await met.server.next();
      assert.match(await met.server.ask(oackOf(...unfair)), /^ERROR 8 /);
      await failed;
      assert.ok(await met.server.isSilent());
    });

  test('an option that is answered twice counts once', async () => {
    await using met = await meet();
    const taken = fetched(met.files, '/f');
    await met.server.next();
    assert.equal(await met.server.ask(oackOf('blksize', '100', 'blksize', '8')), 'ACK 0');
    met.server.send(dataOf(1, full('a', 100)));
    await met.server.ask(dataOf(2, 'b'));
    assert.equal(await taken, `${'a'.repeat(100)}b`);
  });

  for (const [code, message] of [
    [0, 'unsupported option'],
    [4, 'Illegal TFTP operation'],
    [8, 'options refused'],
  ] as const)
    for (const direction of ['get', 'put'] as const)
      test(`${direction}: ERROR ${code} to the options: the same once more without any`, async () => {
        await using met = await meet();
        const done = direction === 'get' ? fetched(met.files, '/f') : put(met.files, '/f', 'x');
        assert.match(await met.server.next(), /blksize=1428/);
        assert.equal(await met.server.ask(errorOf(code, message)), `${direction === 'get' ? 'RRQ' : 'WRQ'} f octet`);
        if (direction === 'get') await met.server.ask(dataOf(1, 'x'));
        else assert.equal(await met.server.ask(ackOf(0)), 'DATA 1 (1)');
        if (direction === 'put') met.server.send(ackOf(1));
        await done;
      });
});

describe('who answers', () => {
  test('the port of the first answer is the server; any other is told that nobody here knows it', async () => {
    await using met = await meet({ options: 'plain' });
    const { server, files } = met;
    const taken = fetched(files, '/f');
    await server.next();
    using transfer = await RawTftp.open({ host: '127.0.0.1', port: server.peer.port });
    using stranger = await RawTftp.open({ host: '127.0.0.1', port: server.peer.port });
    assert.equal(await transfer.ask(dataOf(1, full('a'))), 'ACK 1');
    assert.equal(await stranger.ask(dataOf(2, 'wrong')), 'ERROR 5 Unknown transfer ID');
    stranger.send(errorOf(1));
    assert.ok(await stranger.isSilent(), 'an ERROR is answered by nothing');
    assert.equal(await transfer.ask(dataOf(2, 'b')), 'ACK 2');
    assert.equal(await taken, `${'a'.repeat(512)}b`);
  });

  test('another address is not the server, whatever it says', async () => {
    await using met = await meet({ options: 'plain' });
    const taken = fetched(met.files, '/f');
    await met.server.next();
    using other = await RawTftp.open({ host: '127.0.0.1', port: met.server.peer.port }, { address: '127.0.0.2' });
    other.send(dataOf(1, 'forged'));
    other.send(errorOf(1, 'gone'));
    assert.ok(await other.isSilent());
    await met.server.ask(dataOf(1, 'true'));
    assert.equal(await taken, 'true');
  });

  test('over IPv6, too', { skip: hasIpv6 ? false : 'this machine has no ::1' }, async () => {
    await using met = await meet({ host: '::1' });
    const taken = fetched(met.files, '/f');
    await met.server.next();
    await met.server.ask(dataOf(1, 'six'));
    assert.equal(await taken, 'six');
  });
});

describe('a file that is fetched', () => {
  test('blocks twice, old, of the future, and what is no packet change nothing', async () => {
    await using met = await meet({ options: 'plain' });
    const { server, files } = met;
    const taken = fetched(files, '/f');
    await server.next();
    assert.equal(await server.ask(dataOf(1, full('a'))), 'ACK 1');
    for (const stray of [dataOf(3, 'x'), dataOf(0, 'x'), dataOf(65_535, 'x'), Buffer.of(0, 3, 0), Buffer.of(9, 9)])
      server.send(stray);
    server.send(ackOf(2));
    assert.ok(await server.isSilent());
    assert.equal(await server.ask(dataOf(1, full('b'))), 'ACK 1', 'a block that came twice: its ACK was lost');
    assert.equal(await server.ask(dataOf(2, 'c')), 'ACK 2');
    assert.equal(await taken, `${'a'.repeat(512)}c`);
  });

  test('a block that is larger than agreed on ends it with ERROR 4', async () => {
    await using met = await meet({ options: 'plain' });
    const failed = assertFails(fetched(met.files, '/f'), 'protocol');
    await met.server.next();
    assert.match(await met.server.ask(dataOf(1, full('a', 513))), /^ERROR 4 /);
    await failed;
  });

  test('a gap in a window: what is behind it is not taken, and the last whole block is acknowledged', async () => {
    await using met = await meet();
    const { server, files } = met;
    const taken = fetched(files, '/f');
    await server.next();
    await server.ask(oackOf('windowsize', '4'));
    server.send(dataOf(1, full('a')));
    assert.equal(await server.ask(dataOf(3, full('c'))), 'ACK 1');
    for (const [index, letter] of ['b', 'c', 'd'].entries()) server.send(dataOf(2 + index, full(letter)));
    assert.equal(await server.ask(dataOf(5, 'e')), 'ACK 5');
    assert.equal(await taken, `${['a', 'b', 'c', 'd'].map((letter) => letter.repeat(512)).join('')}e`);
  });

  test('a last ACK that was lost is given again', async () => {
    await using met = await meet({ options: 'plain' });
    const taken = fetched(met.files, '/f');
    await met.server.next();
    assert.equal(await met.server.ask(dataOf(1, 'x')), 'ACK 1');
    assert.equal(await taken, 'x');
    assert.equal(await met.server.ask(dataOf(1, 'x')), 'ACK 1');
  });

  test('what the server said of its size must come', async () => {
    for (const sizeBytes of [2, 4]) {
      await using met = await meet();
      const failed = assertFails(fetched(met.files, '/f'), 'integrity');
      await met.server.next();
      await met.server.ask(oackOf('tsize', String(sizeBytes)));
      met.server.send(dataOf(1, 'abc'));
      await failed;
    }
  });

  test('an ERROR in the middle is a failure, never an end', async () => {
    await using met = await meet({ options: 'plain' });
    const failed = assertFails(fetched(met.files, '/f'), 'full');
    await met.server.next();
    await met.server.ask(dataOf(1, full('a')));
    met.server.send(errorOf(3, 'Disk full'));
    await failed;
  });

  test('text has the line ends of this machine', async () => {
    await using met = await meet({ mode: 'netascii' });
    const taken = fetched(met.files, '/f');
    assert.equal(await met.server.next(), 'RRQ f netascii blksize=1428 windowsize=16');
    await met.server.ask(dataOf(1, 'a\r\nb\r\0c'));
    assert.equal(await taken, 'a\nb\rc');
  });

  test('its size is asked for without fetching it, and the server is told to stop', async () => {
    await using met = await meet();
    const stat = met.files.stat(path('/f'));
    await met.server.next();
    met.server.send(oackOf('tsize', '5000000000'));
    assert.equal((await stat).sizeBytes, 5_000_000_000);
    assert.match([await met.server.next(), await met.server.next()].join(), /ERROR 0/);
  });
});

describe('a file that is sent', () => {
  test('begins behind ACK 0 or an OACK; a wrong ACK changes nothing', async () => {
    for (const answer of [ackOf(0), oackOf('blksize', '512')]) {
      await using met = await meet({ blockBytes: 512, windowBlocks: 1 });
      const { server, files } = met;
      const sent = put(files, '/f', `${'a'.repeat(512)}b`);
      assert.match(await server.next(), /^WRQ f octet /);
      assert.equal(await server.ask(answer), 'DATA 1 (512)');
      for (const block of [0, 2, 65_535]) server.send(ackOf(block));
      assert.ok(await server.isSilent());
      assert.equal(await server.ask(ackOf(1)), 'DATA 2 (1)');
      server.send(ackOf(1));
      assert.ok(await server.isSilent(), 'the Sorcerer has no apprentice here');
      server.send(ackOf(2));
      assert.equal((await sent).sizeBytes, 513);
    }
  });

  test('of whole blocks ends with an empty one', async () => {
    await using met = await meet({ options: 'plain' });
    const sent = put(met.files, '/f', 'a'.repeat(512));
    await met.server.next();
    assert.equal(await met.server.ask(ackOf(0)), 'DATA 1 (512)');
    assert.equal(await met.server.ask(ackOf(1)), 'DATA 2 (0)');
    met.server.send(ackOf(2));
    await sent;
  });

  test('that is never confirmed is no success', async () => {
    await using met = await meet({ options: 'plain', timing: { ...QUICK, tries: 2 } });
    const failed = assertFails(put(met.files, '/f', 'x'), 'timed-out');
    await met.server.next();
    await met.server.ask(ackOf(0));
    await failed;
  });

  test('that is given up tells the server', async () => {
    await using met = await meet({ options: 'plain' });
    const upload = met.files.openUpload(path('/f'));
    await met.server.next();
    met.server.send(ackOf(0));
    await (await upload).discard();
    assert.match(await met.server.next(), /^ERROR 0 /);
  });
});

describe('what fails', () => {
  const kinds: readonly (readonly [number, string, FileErrorKind])[] = [
    [0, 'File not found', 'not-found'],
    [0, 'Permission denied', 'denied'],
    [0, 'no space left on device', 'full'],
    [1, 'no', 'not-found'],
    [2, 'no', 'denied'],
    [3, 'no', 'full'],
    [5, 'no', 'connection-lost'],
    [6, 'no', 'exists'],
    [7, 'no', 'denied'],
    [99, 'no', 'io'],
  ];
  for (const [code, message, kind] of kinds)
    test(`ERROR ${code} ${message}: ${kind}`, async () => {
      await using met = await meet({ options: 'plain' });
      const failed = assertFails(fetched(met.files, '/f'), kind);
      await met.server.next();
      met.server.send(errorOf(code, message));
      await failed;
    });

  test('what a server says reaches no terminal raw', async () => {
    await using met = await meet({ options: 'plain' });
    const failed = fetched(met.files, '/f').catch((error: unknown) => error as FileError);
    await met.server.next();
    met.server.send(errorOf(1, 'gone\u001b[2J\r\nsorry'));
    const { message } = (await failed) as FileError;
    assert.match(message, /gone/);
    assert.doesNotMatch(message, /[\u0000-\u001f]/);
  });

  test('silence: asked again with longer waits, then given up', async () => {
    const asked: number[] = [];
    await using met = await meet({ timing: { ...QUICK, firstMs: 10, leastMs: 10, triesUnproven: 4 } });
    const failed = assertFails(fetched(met.files, '/f'), 'unreachable');
    for (let count = 0; count < 4; count += 1) {
      assert.match(await met.server.next(), /^RRQ f /);
      asked.push(performance.now());
    }
    await failed;
    assert.ok(await met.server.isSilent());
    const [first = 0, second = 0, third = 0, fourth = 0] = asked;
    assert.ok(fourth - third > second - first, 'each wait is longer');
  });

  test('a closed port is told of at once, and not like silence', async () => {
    const files = await connectTftp({ host: '127.0.0.1', port: await closedPort() });
    const startMs = performance.now();
    const failure = await fetched(files, '/f').catch((error: unknown) => error as FileError);
    assert.match((failure as FileError).message, /nothing listens at 127\.0\.0\.1:\d+/);
    assert.ok(performance.now() - startMs < 2_000);
    await files.close();
  });

  test('a signal ends it, tells the server, and leaves the client usable', async () => {
    await using met = await meet({ options: 'plain' });
    const { server, files } = met;
    const controller = new AbortController();
    const reading = files.openReader(path('/f'), { signal: controller.signal });
    await server.next();
    await server.ask(dataOf(1, full('a')));
    const reader = await reading;
    controller.abort(new Error('enough'));
    assert.match(await server.next(), /^ERROR 0 /);
    await assert.rejects(reader.read(new Uint8Array(10_000), 512), /enough/);
    const taken = fetched(files, '/g');
    assert.equal(await server.next(), 'RRQ g octet');
    await server.ask(dataOf(1, 'x'));
    assert.equal(await taken, 'x');
  });

  test('what TFTP cannot do is said plainly', async () => {
    await using met = await meet();
    const { files } = met;
    const at = path('/f');
    const listed = async (): Promise<void> => {
      await Array.fromAsync(files.list(path('/')));
    };
    await assertFails(listed(), 'unsupported');
    await assertFails(files.remove(at), 'unsupported');
    await assertFails(files.rename(at, path('/g')), 'unsupported');
    await assertFails(files.makeDirectory(at), 'unsupported');
    await assertFails(files.openUpload(at, { start: { from: 'end' } }), 'unsupported');
    await assertFails(files.openUpload(path('/')), 'is-directory');
    assert.ok(await met.server.isSilent());
  });

  test('a write that jumps is refused before anything of it is sent', async () => {
    await using met = await meet({ options: 'plain' });
    const opening = met.files.openUpload(path('/f'));
    await met.server.next();
    met.server.send(ackOf(0));
    const upload = await opening;
    await assertFails(upload.write(bytesOf('x'), 5), 'unsupported');
    await upload.discard();
  });
});

/** A port of loopback at which nobody listens, a moment after somebody did. */
async function closedPort(): Promise<number> {
  const socket = createSocket('udp4');
  await new Promise<void>((resolve) => void socket.bind(0, '127.0.0.1', resolve));
  const { port } = socket.address();
  await new Promise<void>((resolve) => void socket.close(resolve));
  return port;
}
