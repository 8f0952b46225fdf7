/** The SFTP server, request by request: what is asked for over a channel, and what comes back. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readOnly } from '../../src/files/wrap/read-only.ts';
import { writeAttributes } from '../../src/protocols/sftp/wire/attributes.ts';
import { OPEN_FLAG, PACKET, STATUS } from '../../src/protocols/sftp/wire/numbers.ts';
import { PacketWriter } from '../../src/protocols/sftp/wire/packet-writer.ts';
import { RawSftp } from '../support/raw-sftp.ts';
import { about, attributesOf, close, NEW, read, READ, withFiles, write, WRITE } from '../support/sftp-requests.ts';
import { get, path } from './files-probe.ts';

describe('the session', () => {
  for (const [asked, agreed] of [
    [1, 1],
    [3, 3],
    [6, 3],
  ] as const)
    test(`a client of version ${asked} gets version ${agreed}`, async () => {
      const raw = new RawSftp(await withFiles());
      const { version, extensions } = await raw.greet(asked);
      assert.equal(version, agreed);
      assert.equal(extensions.get('posix-rename@openssh.com'), '1');
      assert.equal(extensions.get('limits@openssh.com'), '1');
      assert.equal(extensions.has('hardlink@openssh.com'), false, 'what cannot be done is not announced');
    });

  test('a request before the version, and a second version, end it', async () => {
    const early = new RawSftp(await withFiles());
    await early.send(PACKET.stat, (packet) => packet.text('/'));
    assert.equal(await early.pair.exited, 1);
    const twice = await RawSftp.open(await withFiles());
    await twice.write(new PacketWriter(PACKET.init).uint32(3).finish());
    assert.equal(await twice.pair.exited, 1);
  });

  test('a length of nothing, and one beyond the bound, end it', async () => {
    for (const length of [0, 256 * 1024 + 1, 0xffff_ffff]) {
      const raw = await RawSftp.open(await withFiles());
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      await raw.write(bytes);
      assert.equal(await raw.pair.exited, 1);
    }
  });

  test('an unknown request and an unknown extension are answered so, with their id', async () => {
    const raw = await RawSftp.open(await withFiles());
    assert.equal(await raw.status(99, (packet) => packet), STATUS.unsupported);
    const { fields } = await raw.extended('nonsense@example.com');
    assert.equal(fields.uint32(), STATUS.unsupported);
  });

  test('a request that is cut is answered as damaged, and the session goes on', async () => {
    const raw = await RawSftp.open(await withFiles());
    assert.equal(await raw.status(PACKET.stat, (packet) => packet.uint32(1000)), STATUS.badMessage);
    assert.equal(await raw.status(PACKET.open, (packet) => packet.text('/a')), STATUS.badMessage);
    assert.equal((await attributesOf(raw, PACKET.stat, '/')).mode, 0o040755);
  });

  test('a client that ends its side gets its answers and exit status 0', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'x' }));
    await raw.send(PACKET.stat, (packet) => packet.text('/a'));
    raw.pair.client.end();
    assert.equal((await raw.answer()).type, PACKET.attrs);
    assert.equal(await raw.pair.exited, 0);
    await raw.served;
  });

  test('split at every byte, requests are understood the same', async () => {
    const raw = new RawSftp(await withFiles({ '/a': 'x' }));
    const bytes = Buffer.concat([
      new PacketWriter(PACKET.init).uint32(3).finish(),
      new PacketWriter(PACKET.stat).uint32(7).text('/a').finish(),
    ]);
    for (const byte of bytes) await raw.write(Uint8Array.of(byte));
    await raw.packet();
    assert.equal((await raw.answer()).id, 7);
  });
});

describe('reading', () => {
  test('in full, in part, at the end and behind it', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'hello world' }));
    const handle = await raw.open('/a', READ);
    const cases = [
      [0, 5, 'hello'],
      [6, 100, 'world'],
      [0, 0, ''],
    ] as const;
    for (const [at, bytes, text] of cases) {
      const { type, fields } = await read(raw, handle, at, bytes);
      assert.equal(type, PACKET.data);
      assert.equal(fields.text(), text);
    }
    for (const at of [11, 12, 2 ** 40, 2 ** 63]) {
      const { type, fields } = await read(raw, handle, at, 5);
      assert.equal(type, PACKET.status);
      assert.equal(fields.uint32(), STATUS.eof);
    }
    assert.equal(await close(raw, handle), STATUS.ok);
  });

  test('more than the bound is asked for, and the bound is given', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'x'.repeat(300_000) }));
    const { fields } = await read(raw, await raw.open('/a', READ), 0, 0xffff_ffff);
    assert.equal(fields.string().length, 255 * 1024);
  });

  test('forty thousand reads at once are all answered, in their order', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'x'.repeat(64) }));
    const handle = await raw.open('/a', READ);
    const sending = (async () => {
      for (let index = 0; index < 40_000; index += 1)
        await raw.send(PACKET.read, (packet) => packet.string(handle).uint64(0).uint32(8));
    })();
    for (let index = 0; index < 40_000; index += 1) assert.equal((await raw.answer()).type, PACKET.data);
    await sending;
  });

  test('a directory, a missing file, and a handle that is none', async () => {
    const files = await withFiles();
    await files.makeDirectory(path('/d'));
    const raw = await RawSftp.open(files);
    await assert.rejects(raw.open('/d', READ), /status 4/);
    await assert.rejects(raw.open('/missing', READ), /status 2/);
    await assert.rejects(raw.open('/missing', WRITE), /status 2/);
    for (const handle of [Buffer.from('x'), Buffer.alloc(4, 9), Buffer.alloc(300)])
      assert.equal(await close(raw, handle), STATUS.failure);
    const directory = await raw.ask(PACKET.opendir, (packet) => packet.text('/d'));
    const bytes = Uint8Array.from(directory.fields.string());
    assert.equal((await read(raw, bytes, 0, 1)).type, PACKET.status);
    assert.equal(await close(raw, bytes), STATUS.ok);
    assert.equal(await close(raw, bytes), STATUS.failure, 'it is closed already');
  });

  test('no more files are open at once than the bound, and the others live on', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'x' }), { limits: { handles: 3 } });
    const handles = [await raw.open('/a', READ), await raw.open('/a', READ), await raw.open('/a', READ)];
    await assert.rejects(raw.open('/a', READ), /status 4/);
    assert.equal(await close(raw, handles[0]!), STATUS.ok);
    assert.equal((await raw.open('/a', READ)).length, 4);
  });
});

describe('writing', () => {
  test('a file appears whole when it is closed, and until then to its writer alone', async () => {
    const files = await withFiles({ '/a': 'old' });
    const raw = await RawSftp.open(files);
    const handle = await raw.open('/a', NEW);
    assert.equal(await write(raw, handle, 4, 'world'), STATUS.ok);
    assert.equal(await write(raw, handle, 0, 'helo'), STATUS.ok);
    assert.equal(await get(files, '/a'), 'old');
    assert.equal((await attributesOf(raw, PACKET.stat, '/a')).sizeBytes, 9);
    assert.equal(await close(raw, handle), STATUS.ok);
    assert.equal(await get(files, '/a'), 'heloworld');
  });

  test('exclusively: a name that is taken is refused', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'old' }));
    await assert.rejects(raw.open('/a', NEW | OPEN_FLAG.exclusive), /status 4/);
    const handle = await raw.open('/b', WRITE | OPEN_FLAG.create | OPEN_FLAG.exclusive);
    assert.equal(await close(raw, handle), STATUS.ok);
  });

  test('in place, where a file stands and is not cut', async () => {
    const files = await withFiles({ '/a': 'hello world' });
    const raw = await RawSftp.open(files);
    const handle = await raw.open('/a', READ | WRITE);
    assert.equal(await write(raw, handle, 6, 'WORLD'), STATUS.ok);
    assert.equal((await read(raw, handle, 0, 100)).fields.text(), 'hello WORLD');
    assert.equal(await get(files, '/a'), 'hello WORLD', 'it is seen at once');
    assert.equal(await close(raw, handle), STATUS.ok);
  });

  test('to append goes behind the end, whatever the offset', async () => {
    const files = await withFiles({ '/log': 'one\n' });
    const raw = await RawSftp.open(files);
    const handle = await raw.open('/log', OPEN_FLAG.append | WRITE);
    assert.equal(await write(raw, handle, 0, 'two\n'), STATUS.ok);
    assert.equal(await write(raw, handle, 0, 'three\n'), STATUS.ok);
    assert.equal(await get(files, '/log'), 'one\ntwo\nthree\n');
  });

  test('what was cut off is kept, told to its owner, and gone on with', async () => {
    const files = await withFiles();
    const first = await RawSftp.open(files);
    const handle = await first.open('/image.bin', NEW);
    assert.equal(await write(first, handle, 0, 'first half, '), STATUS.ok);
    first.pair.client.destroy();
    await first.served;
    const again = await RawSftp.open(files);
    assert.equal((await attributesOf(again, PACKET.stat, '/image.bin')).sizeBytes, 12);
    const rest = await again.open('/image.bin', WRITE | OPEN_FLAG.create);
    assert.equal(await write(again, rest, 12, 'second half'), STATUS.ok);
    assert.equal(await close(again, rest), STATUS.ok);
    assert.equal(await get(files, '/image.bin'), 'first half, second half');
    const stranger = await RawSftp.open(files, { uploadOwner: 'somebody else' });
    assert.equal(await about(stranger, PACKET.remove, '/image.bin'), STATUS.ok);
  });

  test('mode and times that are set on an open file hold when it is published', async () => {
    const files = await withFiles();
    const raw = await RawSftp.open(files);
    const handle = await raw.open('/a', NEW);
    const wanted = { mode: 0o640, accessedSeconds: 1_000, modifiedSeconds: 2_000 };
    const set = (packet: PacketWriter): PacketWriter => {
      packet.string(handle);
      writeAttributes(packet, wanted);
      return packet;
    };
    assert.equal(await raw.status(PACKET.fsetstat, set), STATUS.ok);
    assert.equal(await close(raw, handle), STATUS.ok);
    const entry = await files.stat(path('/a'));
    assert.deepEqual([entry.mode, entry.modifiedMs], [0o640, 2_000_000]);
  });

  test('a session that may only read changes nothing, whatever it asks for', async () => {
    const files = await withFiles({ '/a': 'x' });
    for (const [served, access] of [
      [files, 'read-only'],
      [readOnly(files), 'read-write'],
    ] as const) {
      const raw = await RawSftp.open(served, { access });
      await assert.rejects(raw.open('/a', NEW), /status 3/);
      await assert.rejects(raw.open('/b', WRITE | OPEN_FLAG.create), /status 3/);
      for (const type of [PACKET.remove, PACKET.rmdir])
        assert.equal(await about(raw, type, '/a'), STATUS.permissionDenied);
      assert.equal(await raw.status(PACKET.rename, (packet) => packet.text('/a').text('/c')), STATUS.permissionDenied);
      assert.equal(await get(files, '/a'), 'x');
    }
  });

  test('an account with no place for one more transfer is told so', async () => {
    const raw = await RawSftp.open(await withFiles({ '/a': 'x' }), {
      beginTransfer: () => ({ outcome: 'refused', reason: 'two transfers run already' }),
    });
    const { fields } = await raw.ask(PACKET.open, (packet) => packet.text('/a').uint32(READ).uint32(0));
    assert.equal(fields.uint32(), STATUS.failure);
    assert.equal(fields.text(), 'two transfers run already; try again later');
  });
});
