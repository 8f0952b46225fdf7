/** What `portcall device` says of settings that cannot be carried out: a clear sentence, and nothing left behind. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { runHere } from '../support/run-here.ts';
import { emptyFolder, running } from './portcall.ts';

interface Refused {
  readonly what: string;
  readonly words: readonly string[];
  readonly says: RegExp;
  readonly code: number;
}

const REFUSED: readonly Refused[] = [
  {
    what: 'a folder where none can be made',
    words: ['--state', '/proc/R1'],
    says: /--state: \/proc\/R1 cannot be made/,
    code: 2,
  },
  { what: 'a folder below a file', words: ['--state', 'file/R1'], says: /--state: .*file\/R1 cannot be made/, code: 2 },
  { what: 'flash in a file', words: ['--flash', 'file'], says: /--flash: .*file cannot be made or used/, code: 2 },
  {
    what: 'an image that is too small',
    words: ['--image-size', '10'],
    says: /--image-size: must be \d+ bytes or more for a c2911/,
    code: 2,
  },
  {
    what: 'a host name with a blank',
    words: ['--hostname', 'a b'],
    says: /--hostname: must be a host name such as SW1/,
    code: 2,
  },
  { what: 'a fault that there is not', words: ['--fault', 'gremlins'], says: /--fault: /, code: 2 },
  {
    what: 'an address of another machine',
    words: ['--telnet', '192.0.2.1:0', '--pace', '0'],
    says: /192\.0\.2\.1 is no address of this machine/,
    code: 1,
  },
  {
    what: 'the same for the console',
    words: ['--console', '192.0.2.1:0', '--pace', '0'],
    says: /192\.0\.2\.1 is no address of this machine/,
    code: 1,
  },
];

describe('portcall device refuses', () => {
  for (const { what, words, says, code } of REFUSED)
    test(what, async () => {
      using folder = emptyFolder();
      writeFileSync(join(folder.path, 'file'), '');
      const told = await runHere(['device', ...words], { cwd: folder.path });
      assert.match(told.stderr, says);
      assert.equal(told.code, code);
      assert.doesNotMatch(told.stderr, /a fault of Portcall/);
      assert.deepEqual(readdirSync(folder.path), ['file']);
    });
  test('a port that is taken, and says how to choose another', async () => {
    const other = createServer();
    const { promise: listening, resolve } = Promise.withResolvers<undefined>();
    other.listen(0, '127.0.0.1', () => resolve(undefined));
    await listening;
    const address = other.address();
    assert.ok(address !== null && typeof address === 'object');
    using folder = emptyFolder();
    try {
      const told = await runHere(['device', '--ssh', `127.0.0.1:${address.port}`, '--pace', '0'], { cwd: folder.path });
      assert.match(told.stderr, /is taken by another program; .*--ssh 127\.0\.0\.1:0/);
      assert.equal(told.code, 1);
    } finally {
      other.close();
    }
  });
});

describe('the folders of a device', () => {
  test('are made where they are missing', async () => {
    using folder = emptyFolder();
    const told = await runHere(['device', '--state', 'a/b', '--flash', 'c/d', '--pace', '0'], { cwd: folder.path });
    assert.equal(told.code, 0, told.stderr);
    assert.ok(readdirSync(join(folder.path, 'c/d')).some((name) => name.endsWith('.bin')));
    assert.ok(existsSync(join(folder.path, 'a/b/hardware.json')));
    assert.equal(existsSync(join(folder.path, 'a/b/lock')), false);
  });
  test('belong to one process at a time', async () => {
    using folder = emptyFolder();
    const words = ['--state', 'R1', '--telnet', '127.0.0.1:0', '--pace', '0'];
    await using first = await running('device', words, { cwd: folder.path });
    const told = await runHere(['device', ...words], { cwd: folder.path });
    assert.match(told.stderr, new RegExp(`R1 is in use by process ${first.ready.pid}; stop that one`));
    assert.equal(told.code, 2);
  });
  test('are taken over from a process that is gone', async () => {
    using folder = emptyFolder();
    mkdirSync(join(folder.path, 'R1'));
    writeFileSync(join(folder.path, 'R1/lock'), '4194304999');
    const told = await runHere(['device', '--state', 'R1', '--pace', '0'], { cwd: folder.path });
    assert.equal(told.code, 0, told.stderr);
  });
});
