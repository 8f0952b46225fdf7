/** Requests and their options, as RFC 1350 and RFC 2347 to 2349 and 7440 have them, and as odd clients send them. */
import assert from 'node:assert/strict';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { dataOf, ackOf, errorOf, oackOf, RawTftp, rrq, wrq } from '../support/raw-tftp.ts';
import { startTestTftp, type TestTftpOptions } from '../support/tftp-server.ts';

const TEXT = 'a\nb\r\nc\rd\n';

/** A server with `f`, 1,300 bytes, and `text`; the answer to each of several first packets. */
async function answers(packets: readonly Uint8Array[], options: TestTftpOptions = {}): Promise<string[]> {
  await using served = await startTestTftp(options);
  await writeFile(join(served.root, 'f'), Buffer.alloc(1_300, 'x'));
  await writeFile(join(served.root, 'text'), TEXT);
  await mkdir(join(served.root, 'folder'));
  const found: string[] = [];
  for (const packet of packets) {
    using client = await RawTftp.open(served);
    found.push(await client.ask(packet));
    client.send(errorOf(0));
  }
  return found;
}

describe('a request', () => {
  test('in any letters of its mode, and by the aliases of the modes', async () => {
    const modes = ['octet', 'OCTET', 'oCtEt', 'binary'];
    assert.deepEqual(
      await answers(modes.map((mode) => rrq('f', mode))),
      modes.map(() => 'DATA 1 (512)'),
    );
    assert.deepEqual(await answers([rrq('text', 'netascii'), rrq('text', 'ASCII')]), ['DATA 1 (14)', 'DATA 1 (14)']);
  });

  test('for mail, or in a mode that nobody knows, is an illegal operation', async () => {
    const wrong = 'ERROR 4 Unknown transfer mode';
    assert.deepEqual(await answers([rrq('f', 'mail'), wrq('f', 'mail'), rrq('f', 'image')]), [wrong, wrong, wrong]);
  });

  test('without a NUL, a mode or a name is an illegal operation', async () => {
    const packets = ['\0\x01f', '\0\x01f\0octet', '\0\x01f\0', '\0\x01\0octet\0', '\0\x02'];
    assert.deepEqual(
      await answers(packets.map((packet) => Buffer.from(packet, 'latin1'))),
      packets.map(() => 'ERROR 4 Malformed request'),
    );
  });

  test('for what is not there, a folder, or what leads out of the root finds no file and no path', async () => {
    const names = [
      'network-confg',
      '../../etc/passwd',
      '/etc/passwd',
      '..\\..\\etc\\passwd',
      'f/f',
      '%2e%2e/f',
      'C:\\f',
    ];
    for (const answer of await answers(names.map((name) => rrq(name, 'octet'))))
      assert.equal(answer, 'ERROR 1 File not found');
    assert.deepEqual(await answers([rrq('folder', 'octet'), rrq('/', 'octet')]), [
      'ERROR 2 That is a directory',
      'ERROR 2 That is a directory',
    ]);
  });

  test('may lead through folders, as long as it stays below the root', async () => {
    assert.deepEqual(await answers([rrq('folder/../f', 'octet'), rrq('//f', 'octet'), rrq('../f', 'octet')]), [
      'DATA 1 (512)',
      'DATA 1 (512)',
      'DATA 1 (512)',
    ]);
  });

  test('that is no request is met with silence', async () => {
    await using served = await startTestTftp();
    using client = await RawTftp.open(served);
    for (const packet of [dataOf(1, 'x'), ackOf(0), errorOf(1), oackOf('blksize', '9'), Buffer.from([0, 9, 0, 0])])
      client.send(packet);
    for (const length of [0, 1, 2, 3]) client.send(Buffer.alloc(length));
    assert.ok(await client.isSilent());
    assert.deepEqual(served.server.sessions(), []);
  });

  test('with a name that is no UTF-8 finds the file of those bytes', async () => {
    await using served = await startTestTftp();
    await writeFile(Buffer.concat([Buffer.from(`${served.root}/`), Buffer.from([0xff, 0x41])]), 'x');
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('\xffA', 'octet')), 'DATA 1 (1)');
  });

  test('of a thousand and five hundred bytes is read, and so is one with 200 NULs behind it', async () => {
    const long = rrq('f', 'octet', 'x'.repeat(1_400), 'y');
    const padded = Buffer.concat([rrq('f', 'octet', 'blksize', '600'), Buffer.alloc(200)]);
    assert.deepEqual(await answers([long, padded]), ['DATA 1 (512)', 'OACK blksize=600']);
  });

  test('of sixty thousand bytes is an illegal operation, and its name fills no log', async () => {
    await using served = await startTestTftp();
    using client = await RawTftp.open(served);
    assert.match(await client.ask(rrq('a'.repeat(60_000), 'octet')), /^ERROR 4 /);
    assert.ok(JSON.stringify(served.events).length < 2_000);
  });
});

/** One line of the option tables: what is asked, and the OACK, or DATA 1 where no option is left. */
type OptionCase = readonly [ask: readonly string[], answer: string];

async function judge(cases: readonly OptionCase[], options?: TestTftpOptions): Promise<void> {
  const found = await answers(
    cases.map(([ask]) => rrq('f', 'octet', ...ask)),
    options,
  );
  for (const [index, [ask, answer]] of cases.entries()) assert.equal(found[index], answer, ask.join(' '));
}

const PLAIN = 'DATA 1 (512)';

describe('options', () => {
  test('blksize: as asked, cut to what is allowed, left out when it makes no sense', async () => {
    await judge([
      ...['8', '512', '1428', '65464'].map((size): OptionCase => [['blksize', size], `OACK blksize=${size}`]),
      [['blksize', '65465'], 'OACK blksize=65464'],
      [['blksize', '9'.repeat(40)], 'OACK blksize=65464'],
      ...['0', '7', '-5', 'abc', '', '0x200', '512 ', '5.5'].map((size): OptionCase => [['blksize', size], PLAIN]),
      [['blksize', '0512'], 'OACK blksize=512'],
    ]);
    await judge([[['blksize', '65464'], 'OACK blksize=1468']], { limits: { blockBytes: 1468 } });
  });

  test('are answered in the letters in which they came, once each, unknown ones not at all', async () => {
    await judge([
      [['BLKSIZE', '600'], 'OACK BLKSIZE=600'],
      [['BlkSize', '600', 'blksize', '700'], 'OACK BlkSize=600'],
      [['multicast', ''], PLAIN],
      [['msftwindow', '31416', 'tsize', '0'], 'OACK tsize=1300'],
      [['utimeout', '10000'], PLAIN],
    ]);
  });

  test('tsize is the true size, whatever was said, and left out of text', async () => {
    await judge([
      [['tsize', '0'], 'OACK tsize=1300'],
      [['tsize', '77'], 'OACK tsize=1300'],
    ]);
    assert.deepEqual(await answers([rrq('text', 'netascii', 'tsize', '0')]), ['DATA 1 (14)']);
  });

  test('timeout is echoed when it is one', async () => {
    await judge([
      [['timeout', '1'], 'OACK timeout=1'],
      [['timeout', '255'], 'OACK timeout=255'],
      ...['0', '256', '-1', 'x'].map((time): OptionCase => [['timeout', time], PLAIN]),
    ]);
  });

  test('windowsize is cut by what a window takes, whatever the order of the options', async () => {
    const limits = { windowBytes: 64 * 1024, windowBlocks: 40 };
    await judge(
      [
        [['windowsize', '16'], 'OACK windowsize=16'],
        [['windowsize', '65535'], 'OACK windowsize=40'],
        [['windowsize', '40', 'blksize', '8192'], 'OACK windowsize=7 blksize=8192'],
        [['blksize', '8192', 'windowsize', '40'], 'OACK blksize=8192 windowsize=7'],
        [['windowsize', '65536'], 'OACK windowsize=40'],
        [['windowsize', '0'], PLAIN],
      ],
      { limits },
    );
  });

  test('rollover is 0 or 1', async () => {
    await judge([
      [['rollover', '1'], 'OACK rollover=1'],
      [['rollover', '0'], 'OACK rollover=0'],
      [['rollover', '2'], PLAIN],
    ]);
  });

  test('in every order give the same terms', async () => {
    const pairs = [
      ['blksize', '1000'],
      ['tsize', '0'],
      ['timeout', '3'],
      ['windowsize', '4'],
    ] as const;
    const turned = pairs.map((_, shift) => [...pairs.slice(shift), ...pairs.slice(0, shift)]);
    const orders = [...turned, ...turned.map((order) => order.toReversed())];
    for (const answer of await answers(orders.map((order) => rrq('f', 'octet', ...order.flat()))))
      assert.deepEqual(answer.split(' ').slice(1).toSorted(), [
        'blksize=1000',
        'timeout=3',
        'tsize=1300',
        'windowsize=4',
      ]);
  });

  test('a client that only looks at the size ends quietly, and its place is free', async () => {
    await using served = await startTestTftp({ limits: { transfers: 1 } });
    await writeFile(join(served.root, 'f'), 'abc');
    using client = await RawTftp.open(served);
    assert.equal(await client.ask(rrq('f', 'octet', 'tsize', '0')), 'OACK tsize=3');
    client.send(errorOf(8, 'enough'));
    assert.ok(await client.isSilent(), 'an ERROR is never answered');
    assert.deepEqual(
      served.events.filter(({ kind }) => kind === 'transfer'),
      [],
      'and nothing has gone wrong',
    );
    using next = await RawTftp.open(served);
    assert.equal(await next.ask(rrq('f', 'octet')), 'DATA 1 (3)');
  });
});
