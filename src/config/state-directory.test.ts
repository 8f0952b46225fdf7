import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeStateDirectory, stateDirectoryOf } from './state-directory.ts';

const NOTHING = { stateDirectory: undefined, xdgStateHome: undefined };

test('each user has a folder of their own, the system has one', () => {
  const home = '/home/ann';
  const of = (variables: Partial<typeof NOTHING | Record<string, string>>, userId?: number): string =>
    stateDirectoryOf({ variables: { ...NOTHING, ...variables }, userId, home });
  assert.equal(of({}, 1000), '/home/ann/.local/state/portcall');
  assert.equal(of({}), '/home/ann/.local/state/portcall');
  assert.equal(of({}, 0), '/var/lib/portcall');
  assert.equal(of({ xdgStateHome: '/home/ann/state' }, 1000), '/home/ann/state/portcall');
  assert.equal(of({ xdgStateHome: 'relative' }, 1000), '/home/ann/.local/state/portcall');
  assert.equal(
    of({ stateDirectory: '/var/lib/portcall-lab:/var/lib/more', xdgStateHome: '/x' }, 0),
    '/var/lib/portcall-lab',
  );
});

test('the folder is made for its user only; one that cannot be made is told of with the way out', () => {
  const folder = mkdtempSync(join(tmpdir(), 'portcall-state-'));
  try {
    const path = join(folder, 'a', 'state');
    assert.equal(makeStateDirectory({ path, where: '--state' }), undefined);
    assert.equal(statSync(path).mode & 0o777, 0o700);
    assert.equal(makeStateDirectory({ path, where: '--state' }), undefined, 'once more');
    const file = join(folder, 'file');
    writeFileSync(file, '');
    assert.deepEqual(makeStateDirectory({ path: join(file, 'state'), where: 'state' }), {
      where: 'state',
      what: `${join(file, 'state')} cannot be made (ENOTDIR); name another folder with --state`,
    });
    assert.match(makeStateDirectory({ path: file, where: 'state' })?.what ?? '', /cannot be written \(EEXIST\)/);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
