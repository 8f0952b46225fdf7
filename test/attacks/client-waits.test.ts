/** How long a client waits, and for whom: slow servers are borne, silent and chattering ones are not, and an abort is at once. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { describe, test } from 'node:test';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { assertFails } from '../conformance/files-probe.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { fetchAll, meet, storeAll } from '../support/meet-scripted.ts';
import type { Act, Conversation } from '../support/scripted-ftp.ts';
import { eventually, within } from '../support/wait.ts';

const FILES = { '/f': Buffer.alloc(100_000, 'f') };
const at = (name: string): VirtualPath => resolvePath(ROOT, name) ?? ROOT;

/** Sends a little, and no more. */
const aLittle: Act = async (conversation) => {
  conversation.say('150 here it comes');
  const socket = await conversation.data();
  socket.write('a little');
};

/** Says the same over and over, for as long as anybody is there. */
function repeat(conversation: Conversation, line: string): void {
  const timer = setInterval(() => conversation.say(line), 10);
  conversation.socket.once('close', () => clearInterval(timer));
}

/** How long the work took, in milliseconds. */
async function timed(work: Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await work.catch(() => undefined);
  return performance.now() - startMs;
}

describe('a slow server', () => {
  test('that takes an upload bit by bit is not still, however long it takes', async () => {
    const BYTES = 5 * 1024 * 1024;
    let taken = 0;
    const slowly: Act = async (conversation) => {
      conversation.say('150 go on');
      const socket = await conversation.data();
      // What the kernel holds goes in less than the time in which data may stall, but all of it takes longer.
      while (taken < BYTES) {
        taken += (socket.read() as Buffer | null)?.length ?? 0;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
      conversation.say('226 stored');
      socket.destroy();
    };
    await using meeting = await meet({ script: { STOR: slowly } });
    const session = await meeting.open({ timeouts: { replyMs: 300, dataMs: 300 } });
    await within(storeAll(session, Buffer.alloc(BYTES)), 'the upload to end');
    assert.equal(taken, BYTES);
  });

  test('honest twin: one that takes nothing any more is given up', async () => {
    const still: Act = async (conversation) => {
      conversation.say('150 go on');
      await conversation.data();
    };
    await using meeting = await meet({ script: { STOR: still } });
    const session = await meeting.open({ timeouts: { replyMs: 200, dataMs: 200 } });
    await within(
      assertFails(storeAll(session, Buffer.alloc(32 * 1024 * 1024)), 'timed-out'),
      'the upload to be given up',
    );
  });
});

describe('an abort', () => {
  for (const [what, answer] of [
    ['talks on and on', (conversation) => repeat(conversation, '226 and')],
    ['says nothing', () => undefined],
  ] as const satisfies readonly (readonly [string, Act])[])
    test(`is at once when the server ${what}`, async () => {
      const script: Record<string, Act> = { RETR: aLittle, ABOR: answer, NOOP: () => undefined };
      const clock = createManualClock();
      await using meeting = await meet({ files: FILES, script }, { clock });
      const files = await connectFtp(meeting.options());
      const reader = await files.openReader(at('f'), { signal: AbortSignal.timeout(50) });
      const into = new Uint8Array(100_000);
      assert.equal(await reader.read(into, 0), 8);
      assert.ok((await timed(reader.read(into, 8))) < 2_000);
      // And the connection is not waited for any longer than that, either.
      await meeting.server.heard('ABOR');
      clock.advance(6_000);
      await eventually(() => meeting.server.open === 0, 'the connection to be given up');
      await files.close();
    });

  test('is at once while an idle connection is asked whether it lives', async () => {
    const clock = createManualClock();
    await using meeting = await meet({ files: FILES, script: { NOOP: () => undefined } }, { clock });
    await using files = await connectFtp(meeting.options());
    await files.stat(at('f'));
    clock.advance(15_000);
    const aborting = new AbortController();
    const looking = files.stat(at('f'), { signal: aborting.signal });
    await meeting.server.heard('NOOP');
    aborting.abort(new Error('enough'));
    await assert.rejects(within(looking, 'the abort'), /enough/);
    assert.equal((await files.stat(at('f'))).sizeBytes, 100_000, 'another connection serves the next call');
  });

  test('of a server that answers NOOP with 250 keeps the connection', async () => {
    await using meeting = await meet({
      files: FILES,
      script: { NOOP: '250 fine', RETR: aLittle, ABOR: '226 stopped' },
    });
    await using files = await connectFtp(meeting.options());
    const reader = await files.openReader(at('f'));
    await reader.read(new Uint8Array(10), 0);
    await within(reader.close(), 'the reader to close', 2_000);
    await files.stat(at('f'));
    assert.equal(meeting.server.connections, 1);
  });
});

describe('a download that failed', () => {
  test('is never the end of the file, however often one asks', async () => {
    const cut: Act = async (conversation) => {
      conversation.say('150 here it comes');
      const socket = await conversation.data();
      socket.end('a little');
      await once(socket, 'finish');
      conversation.say('426 it broke');
    };
    await using meeting = await meet({ files: FILES, script: { RETR: cut } });
    const incoming = await (await meeting.open()).retrieve({ verb: 'RETR', argument: '/f' });
    const into = new Uint8Array(100);
    const toItsEnd = async (): Promise<void> => {
      while ((await incoming.read(into)) > 0);
    };
    await assertFails(toItsEnd(), 'connection-lost');
    for (let time = 0; time < 3; time += 1) await assertFails(incoming.read(into), 'connection-lost');
  });

  test('and one that was ended early is none either', async () => {
    await using meeting = await meet({ files: FILES });
    const incoming = await (await meeting.open()).retrieve({ verb: 'RETR', argument: '/f' });
    await incoming.read(new Uint8Array(10));
    await incoming.abort();
    await assertFails(incoming.read(new Uint8Array(10)), 'interrupted');
  });
});

test('a server that announces its answer for ever does not answer', async () => {
  const announcing: Act = (conversation) => repeat(conversation, '120 wait');
  await using meeting = await meet({ files: FILES, script: { MKD: announcing } });
  const session = await meeting.open();
  await assertFails(within(session.command({ verb: 'MKD', argument: '/d' }), 'an end'), 'protocol');
});

describe('with one connection', () => {
  test('a text gives way to other calls while it is read, and to the writing of itself', async () => {
    await using server = await startTestServer();
    await using files = await connectFtp({ ...server, user: 'u', password: 'p', limits: { connections: 1 } });
    const text = 'line\n'.repeat(100_000);
    await files.ftp.writeText(
      at('t'),
      (async function* () {
        await Promise.resolve();
        yield Buffer.from(text);
      })(),
    );
    let read = '';
    for await (const piece of files.ftp.readText(at('t'))) {
      read += Buffer.from(piece).toString();
      await within(files.stat(at('t')), 'another call');
    }
    assert.equal(read, text);
    await within(files.ftp.writeText(at('copy'), files.ftp.readText(at('t'))), 'the copy');
    assert.equal((await files.stat(at('copy'))).sizeBytes, text.length);
  });
});

describe('between two servers', () => {
  for (const refusing of ['source', 'target'] as const)
    test(`a ${refusing} that refuses ends it for both`, async () => {
      const refusal: Act = '553 not here';
      const waiting: Act = async (conversation) => {
        conversation.say('150 go on');
        await new Promise(() => undefined);
      };
      const [verbs, others] = [{ RETR: refusal }, { STOR: waiting }];
      const source = refusing === 'source' ? verbs : { RETR: waiting };
      const target = refusing === 'source' ? others : { STOR: refusal };
      await using from = await meet({ files: FILES, script: { PORT: '200 fine', ...source } });
      await using to = await meet({ script: target });
      await using one = await connectFtp(from.options());
      await using other = await connectFtp(to.options());
      const copying = one.ftp.copyToServer(at('f'), other, at('g'));
      await assert.rejects(within(copying, 'an end'), /553 not here/);
      assert.equal((await one.stat(at('f'))).sizeBytes, 100_000);
    });
});

test('honest twin: everything that was asked for comes', async () => {
  await using meeting = await meet({ files: FILES });
  const session = await meeting.open();
  assert.equal((await fetchAll(session)).length, 100_000);
});
