import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import type { ListedEntry } from './entry.ts';
import {
  DEFAULT_FACTS,
  FACT_NAMES,
  type ListingPermission,
  mlstFeature,
  mlstOptions,
  mlsxLine,
  parseFactSelection,
} from './mlsx.ts';

const ALL: readonly ListingPermission[] = [
  'list',
  'read',
  'write',
  'overwrite',
  'append',
  'delete',
  'rename',
  'make-directory',
];
const readWrite = { permissions: new Set(ALL) };
const readOnly = { permissions: new Set<ListingPermission>(['list', 'read']) };
const file: ListedEntry = {
  name: 'c2911.bin',
  type: 'file',
  sizeBytes: 81923,
  modifiedMs: Date.UTC(2026, 10, 3, 4, 5, 6),
  createdMs: Date.UTC(2025, 0, 1),
  mode: 0o640,
  ownerId: 1000,
  groupId: 100,
  uniqueId: '801g2a',
};
const directory: ListedEntry = { name: 'images', type: 'directory', sizeBytes: 4096, modifiedMs: 0 };

test('all facts of a file', () => {
  assert.equal(
    mlsxLine(file, FACT_NAMES, readWrite),
    'type=file;size=81923;modify=20261103040506;create=20250101000000;perm=adfrw;unique=801g2a;' +
      'media-type=application/octet-stream;UNIX.mode=0640;UNIX.owner=1000;UNIX.group=100; c2911.bin',
  );
  assert.equal(mlsxLine(file, [], readWrite), ' c2911.bin');
});

test('directories, and their roles', () => {
  assert.equal(mlsxLine(directory, ['type', 'size', 'perm'], readWrite), 'type=dir;perm=cdeflmp; images');
  assert.equal(mlsxLine(directory, ['type', 'perm'], readOnly), 'type=dir;perm=el; images');
  const current = { ...readOnly, role: 'current', pathname: '/images' } as const;
  assert.equal(mlsxLine(directory, ['type'], current), 'type=cdir; /images');
  assert.equal(mlsxLine(directory, ['type'], { ...readOnly, role: 'parent' }), 'type=pdir; images');
});

test('links and what else there is', () => {
  const link = (linkTarget: string): ListedEntry => ({ ...file, name: 'l', type: 'symlink', linkTarget });
  assert.equal(mlsxLine(link('/a/é'), ['type'], readOnly), 'type=OS.unix=slink:/a/é; l');
  assert.equal(mlsxLine(link('a; b'), ['type'], readOnly), 'type=OS.unix=symlink; l');
  assert.equal(
    mlsxLine({ ...file, type: 'other' }, ['type', 'perm'], readWrite),
    'type=OS.unix=other;perm=df; c2911.bin',
  );
});

test('the selection of facts', () => {
  assert.deepEqual(parseFactSelection('SIZE;type;nonsense;unix.MODE'), ['type', 'size', 'UNIX.mode']);
  assert.deepEqual(parseFactSelection(''), []);
  assert.equal(mlstOptions(['type', 'size']), 'MLST OPTS type;size;');
  assert.equal(mlstOptions([]), 'MLST OPTS');
  assert.equal(
    mlstFeature(DEFAULT_FACTS),
    'MLST type*;size*;modify*;create;perm*;unique*;media-type;UNIX.mode*;UNIX.owner*;UNIX.group*;',
  );
});

test('one line of facts and a name, for any entry', () => {
  const anyNumber = fc.oneof(fc.integer(), fc.double(), fc.maxSafeInteger());
  const text = fc.array(fc.nat(0xffff)).map((units) => String.fromCharCode(...units));
  const entries = fc.record({
    name: text,
    type: fc.constantFrom('file', 'directory', 'symlink', 'other'),
    sizeBytes: anyNumber,
    modifiedMs: anyNumber,
    createdMs: anyNumber,
    mode: anyNumber,
    ownerId: anyNumber,
    groupId: anyNumber,
    linkTarget: text,
    uniqueId: text,
  } as const);
  fc.assert(
    fc.property(entries, (entry) => {
      const line = mlsxLine(entry, FACT_NAMES, readWrite);
      assert.match(line, /^(?:[A-Za-z.-]+=[^\x00-\x20\x7f;]*;)+ [^\0\r\n]*$/);
    }),
  );
  fc.assert(fc.property(text, (given) => parseFactSelection(given).length <= FACT_NAMES.length));
});
