/** What a hostile or broken server of SFTP can do to our client: waste its own time. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { ROOT } from '../../src/base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../src/files/error.ts';
import type { ListingIssue } from '../../src/files/index.ts';
import { connectSftp } from '../../src/protocols/sftp/client/connect-sftp.ts';
import type { SftpClientOptions, SftpFileSystem } from '../../src/protocols/sftp/client/options.ts';
import { PACKET, STATUS } from '../../src/protocols/sftp/wire/numbers.ts';
import { PacketWriter } from '../../src/protocols/sftp/wire/packet-writer.ts';
import { path } from '../conformance/files-probe.ts';
import {
  type Answers,
  data,
  fileOf,
  handle,
  name,
  ordinary,
  scriptedSftp,
  status,
  version,
} from '../support/scripted-sftp.ts';
import { sampleBytes } from '../support/tree.ts';

const connect = (answers: Answers, options: Partial<SftpClientOptions> = {}, greeting?: Uint8Array) =>
  connectSftp({ open: () => Promise.resolve(scriptedSftp(answers, greeting)), ...options });

const kind = (wanted: FileErrorKind) => (error: unknown) => {
  assert.ok(error instanceof FileError, String(error));
  assert.equal(error.kind, wanted, error.message);
  return true;
};

/** The whole file, by pieces of 64 KiB. */
async function download(files: SftpFileSystem): Promise<Buffer> {
  await using reader = await files.openReader(path('/f'));
  const pieces: Buffer[] = [];
  for (let at = 0; ;) {
    const piece = Buffer.alloc(65_536);
    const count = await reader.read(piece, at);
    if (count === 0) return Buffer.concat(pieces);
    pieces.push(piece.subarray(0, count));
    at += count;
  }
}

describe('the greeting', () => {
  test('a version that is too old is refused, a newer one is not believed', async () => {
    await assert.rejects(connect(ordinary, {}, version(2)), kind('protocol'));
    await using files = await connect(ordinary, {}, version(6));
    assert.equal(files.home, '/');
  });

  test('another packet, a cut one, a huge one, and none at all', async () => {
    await assert.rejects(connect(ordinary, {}, status(1, STATUS.ok)), kind('protocol'));
    await assert.rejects(connect(ordinary, {}, version(3, 'name without a version')), kind('protocol'));
    await assert.rejects(connect(ordinary, {}, Uint8Array.of(0xff, 0xff, 0xff, 0xff, 2)), kind('protocol'));
    const clock = createManualClock();
    const silent = connect(ordinary, { clock, replyMs: 1_000 }, new Uint8Array());
    const outcome = assert.rejects(silent, kind('timed-out'));
    for (let turns = 0; turns < 5; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    clock.advance(1_000);
    await outcome;
  });

  test('limits that nobody could mean are not believed', async () => {
    const bytes = sampleBytes(100_000);
    let longest = 0;
    const answers: Answers = (asked) => {
      const { type, id, fields } = asked;
      if (type === PACKET.extended)
        return new PacketWriter(PACKET.extendedReply)
          .uint32(id)
          .uint64(1)
          .uint64(3)
          .uint64(2 ** 50)
          .uint64(0)
          .finish();
      if (type !== PACKET.read) return ordinary(asked);
      fields.string();
      const at = fields.uint64();
      const length = fields.uint32();
      longest = Math.max(longest, length);
      return at >= bytes.length ? status(id, STATUS.eof) : data(id, bytes.subarray(at, at + length));
    };
    await using files = await connect(answers, {}, version(3, 'limits@openssh.com', '1'));
    assert.deepEqual(await download(files), Buffer.from(bytes));
    assert.ok(longest <= 65_536, `${longest} bytes were asked for at once`);
  });
});

describe('answers', () => {
  test('in any order, and short ones, give the very bytes', async () => {
    const bytes = sampleBytes(100_000);
    const held: Uint8Array[] = [];
    const answers: Answers = (asked) => {
      if (asked.type !== PACKET.read) return ordinary(asked);
      asked.fields.string();
      const at = asked.fields.uint64();
      const length = Math.max(1, Math.floor(asked.fields.uint32() / 3));
      held.push(at >= bytes.length ? status(asked.id, STATUS.eof) : data(asked.id, bytes.subarray(at, at + length)));
      // One is always held back, as long as another comes.
      return held.length > 1 ? held.splice(-1) : asked.id % 2 === 0 ? held.splice(0) : [];
    };
    const patient: Answers = (asked) => {
      const now = answers(asked);
      setImmediate(() => undefined);
      return Array.isArray(now) && now.length === 0 ? held.splice(0) : now;
    };
    await using files = await connect(patient);
    assert.deepEqual(await download(files), Buffer.from(bytes));
  });

  for (const [what, answer] of [
    ['data for ever that holds nothing', (id: number) => data(id, new Uint8Array())],
    ['more data than was asked for', (id: number) => data(id, new Uint8Array(300_000))],
    ['an answer that nobody asked for', (id: number) => status(id + 1000, STATUS.ok)],
    ['an answer of the wrong kind', (id: number) => handle(id)],
    ['a packet of no known length', () => Uint8Array.of(0x7f, 0xff, 0xff, 0xff)],
    ['an empty packet', () => Uint8Array.of(0, 0, 0, 0)],
  ] as const)
    test(`${what} ends it as a breach of the protocol`, async () => {
      await using files = await connect((asked) => (asked.type === PACKET.read ? answer(asked.id) : ordinary(asked)));
      await assert.rejects(download(files), kind('protocol'));
    });

  test('none, for longer than is borne', async () => {
    const clock = createManualClock();
    await using files = await connect((asked) => (asked.type === PACKET.read ? undefined : ordinary(asked)), {
      clock,
      replyMs: 30_000,
    });
    const outcome = assert.rejects(download(files), kind('timed-out'));
    for (let turns = 0; turns < 20; turns += 1) await new Promise((resolve) => setImmediate(resolve));
    for (let step = 0; step < 4; step += 1) {
      clock.advance(30_000);
      await new Promise((resolve) => setImmediate(resolve));
    }
    await outcome;
  });

  test('a connection that is lost in the middle is opened again, and reading goes on where it was', async () => {
    const bytes = sampleBytes(100_000);
    let opened = 0;
    const answers =
      (round: number): Answers =>
      (asked) => {
        if (asked.type !== PACKET.read) return ordinary(asked);
        asked.fields.string();
        const at = asked.fields.uint64();
        if (round === 1 && at > 0) return 'hang up';
        const length = asked.fields.uint32();
        return at >= bytes.length ? status(asked.id, STATUS.eof) : data(asked.id, bytes.subarray(at, at + length));
      };
    await using files = await connectSftp({
      open: () => Promise.resolve(scriptedSftp(answers((opened += 1)))),
    });
    assert.deepEqual(await download(files), Buffer.from(bytes));
    assert.equal(opened, 2);
  });
});

describe('listings', () => {
  const listing = async (answer: (id: number) => Uint8Array) => {
    let sent = 0;
    const answers: Answers = (asked) =>
      asked.type === PACKET.readdir && (sent += 1) === 1 ? answer(asked.id) : ordinary(asked);
    await using files = await connect(answers);
    const issues: ListingIssue[] = [];
    const names: string[] = [];
    for await (const batch of files.list(ROOT, { onIssue: (issue) => void issues.push(issue) }))
      names.push(...batch.map(({ name: one }) => one));
    return { names, issues: issues.map(({ line }) => line) };
  };

  test('names that lead out are told and left out', async () => {
    const bad = ['../x', '/etc/passwd', '', 'a/b', 'a\0b'];
    const { names, issues } = await listing((id) => name(id, ['.', '..', 'good', ...bad]));
    assert.deepEqual(names, ['good']);
    assert.deepEqual(issues, bad);
  });

  test('a count of names that do not come is a breach of the protocol', async () => {
    await assert.rejects(
      listing((id) => name(id, ['a'], 0xffff_ffff)),
      kind('protocol'),
    );
  });
});

describe('uploads', () => {
  const upload = async (files: SftpFileSystem): Promise<void> => {
    const target = await files.openUpload(path('/f'));
    try {
      for (let at = 0; at < 10; at += 1) await target.write(new Uint8Array(32_768), at * 32_768);
      await target.commit();
    } catch (error) {
      await target.discard();
      throw error;
    }
  };

  const missing: Answers = (asked) =>
    asked.type === PACKET.stat || asked.type === PACKET.lstat ? status(asked.id, STATUS.noSuchFile) : ordinary(asked);

  test('a write that fails late is not forgotten', async () => {
    let writes = 0;
    const answers: Answers = (asked) => {
      if (asked.type === PACKET.write && (writes += 1) === 3) return status(asked.id, STATUS.failure, 'No space left');
      assert.notEqual(asked.type, PACKET.rename, 'nothing is published');
      return missing(asked);
    };
    await using files = await connect(answers);
    await assert.rejects(upload(files), kind('full'));
  });

  test('a file that has become shorter on the way is not published', async () => {
    const answers: Answers = (asked) => {
      assert.notEqual(asked.type, PACKET.rename, 'nothing is published');
      if (asked.type === PACKET.lstat) return status(asked.id, STATUS.noSuchFile);
      return asked.type === PACKET.stat ? fileOf(asked.id, 17) : ordinary(asked);
    };
    await using files = await connect(answers);
    await assert.rejects(upload(files), kind('integrity'));
  });
});
