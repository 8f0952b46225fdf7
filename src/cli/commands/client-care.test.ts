/** What commands refuse, or tell, so that nobody loses a file by a slip of the pen. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { emptyFolder } from '../../../test/program/portcall.ts';
import { type RanHere, runHere } from '../../../test/support/run-here.ts';

interface Folder extends Disposable {
  readonly path: string;
  run(...words: string[]): Promise<RanHere>;
  at(name: string): string;
}

/** A folder with `r1/running.cfg` and `r2/running.cfg`, in which commands run. */
function folder(): Folder {
  const made = emptyFolder();
  for (const name of ['r1', 'r2']) {
    mkdirSync(join(made.path, name));
    writeFileSync(join(made.path, name, 'running.cfg'), name);
  }
  return {
    path: made.path,
    run: (...words) => runHere(words, { cwd: made.path }),
    at: (name) => join(made.path, name),
    [Symbol.dispose]: () => made[Symbol.dispose](),
  };
}

describe('two sources of one name', () => {
  for (const words of [
    ['cp', 'r1/running.cfg', 'r2/running.cfg', 'all/'],
    ['cp', 'r*/running.cfg', 'all'],
  ])
    test(`portcall ${words.join(' ')}: the second is refused, and told`, async () => {
      using here = folder();
      mkdirSync(here.at('all'));
      const { code, stderr } = await here.run(...words);
      assert.equal(code, 8);
      assert.match(stderr, /r2\/running\.cfg: .*all\/running\.cfg is where .*r1\/running\.cfg goes/);
      assert.equal(readFileSync(here.at('all/running.cfg'), 'utf8'), 'r1');
    });
});

describe('mv', () => {
  test('to a directory that is not there moves nothing', async () => {
    using here = folder();
    const { code, stderr } = await here.run('mv', 'r1/running.cfg', 'archive/');
    assert.equal(code, 3);
    assert.match(stderr, /archive: there is no such directory; make it first/);
    assert.deepEqual(readdirSync(here.path).sort(), ['r1', 'r2']);
  });

  test('of what is not there says so', async () => {
    using here = folder();
    const { code, stderr } = await here.run('mv', 'none', 'other');
    assert.equal(code, 3);
    assert.match(stderr, /there is no .*\/none/);
  });

  test('and mkdir tell what they did in JSON', async () => {
    using here = folder();
    const events = async (...words: string[]): Promise<unknown> =>
      JSON.parse((await here.run(...words, '--json')).stdout);
    assert.deepEqual(await events('mkdir', 'new'), { v: 1, event: 'made', place: here.at('new') });
    assert.deepEqual(await events('mv', 'r1', 'new'), {
      v: 1,
      event: 'renamed',
      from: here.at('r1'),
      to: here.at('new/r1'),
    });
  });
});

describe('rm -r', () => {
  for (const name of ['', '.', '..', 'r1/..'])
    test(`'${name}' removes nothing`, async () => {
      using here = folder();
      const { code, stderr } = await here.run('rm', '-r', name);
      assert.equal(code, 2);
      assert.match(stderr, /an empty name|holds the working directory; say --yes/);
      assert.deepEqual(readdirSync(here.path).sort(), ['r1', 'r2']);
    });

  test('of the working directory is done when it is meant', async () => {
    using here = folder();
    mkdirSync(here.at('r1/in'));
    const { code } = await runHere(['rm', '-r', '--yes', '..'], { cwd: here.at('r1/in') });
    assert.equal(code, 0);
    assert.equal(existsSync(here.at('r1')), false);
  });
});

test('an empty name is nothing, whatever the command', async () => {
  using here = folder();
  for (const words of [
    ['ls', ''],
    ['cp', '', 'x'],
    ['cp', 'r1/running.cfg', ''],
    ['cat', ''],
  ]) {
    const { code, stderr } = await here.run(...words);
    assert.equal(code, 2, words.join(' '));
    assert.match(stderr, /'': an empty name; the working directory is \./);
  }
});

test('sync tells of links that it leaves', async () => {
  using here = folder();
  symlinkSync('running.cfg', here.at('r1/link'));
  const { code, stderr } = await here.run('sync', 'r1', 'r2');
  assert.equal(code, 0);
  assert.match(stderr, /link: a link; links are not followed/);
});
