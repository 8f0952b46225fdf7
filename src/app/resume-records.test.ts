import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { createManualClock } from '../base/manual-clock.ts';
import type { ResumeRecord } from '../files/copy/copy.ts';
import { type KeptRecords, resumeRecords } from './resume-records.ts';

const DAY_MS = 24 * 3_600_000;
const NOW_MS = 1_800_000_000_000;
const record: ResumeRecord = {
  source: { sizeBytes: 100, modifiedMs: 5, uniqueId: 'a' },
  done: [
    [0, 10],
    [20, 30],
  ],
};

interface Made extends Disposable {
  readonly folder: string;
  readonly records: KeptRecords;
}

function make(): Made {
  const parent = mkdtempSync(join(tmpdir(), 'portcall-records-'));
  const folder = join(parent, 'state', 'copies');
  return {
    folder,
    records: resumeRecords(folder, createManualClock(NOW_MS)),
    [Symbol.dispose]: () => rmSync(parent, { recursive: true }),
  };
}

test('a record comes back as it was, for its own key only, until it is forgotten', async () => {
  using made = make();
  const { records, folder } = made;
  assert.equal(await records.load('ftp://sw1/a'), undefined);
  await records.save('ftp://sw1/a', record);
  await records.save('ftp://sw1/a', record);
  assert.deepEqual(await records.load('ftp://sw1/a'), record);
  assert.equal(await records.load('ftp://sw1/b'), undefined);
  const names = readdirSync(folder);
  assert.equal(names.length, 1);
  assert.equal(statSync(join(folder, names[0] ?? '')).mode & 0o777, 0o600);
  assert.equal(statSync(folder).mode & 0o777, 0o700);
  await records.forget('ftp://sw1/a');
  await records.forget('ftp://sw1/a');
  assert.deepEqual(readdirSync(folder), []);
});

test('what is corrupt is no record', async () => {
  using made = make();
  const { records, folder } = made;
  await records.save('key', record);
  const file = join(folder, readdirSync(folder)[0] ?? '');
  const whole = { key: 'key', ...record };
  const broken = [
    '',
    '{"key":"key","sou',
    'null',
    '[]',
    JSON.stringify({ ...whole, key: 'another' }),
    JSON.stringify({ ...whole, done: [[10, 5]] }),
    JSON.stringify({ ...whole, source: { sizeBytes: '100', modifiedMs: 5 } }),
    ' '.repeat(2 * 1024 * 1024),
  ];
  for (const text of broken) {
    writeFileSync(file, text);
    assert.equal(await records.load('key'), undefined, text.slice(0, 40));
  }
  writeFileSync(file, JSON.stringify(whole));
  assert.deepEqual(await records.load('key'), record);
});

test('what nobody came back for in 30 days is swept, and nothing else', async () => {
  using made = make();
  const { records, folder } = made;
  assert.equal(await records.sweep(), 0);
  for (const key of ['old', 'new']) await records.save(key, record);
  writeFileSync(join(folder, 'not-ours.json'), '');
  const days = (count: number): Date => new Date(NOW_MS - count * DAY_MS);
  for (const name of readdirSync(folder)) utimesSync(join(folder, name), days(29), days(29));
  assert.equal(await records.sweep(), 0);
  const [first = ''] = readdirSync(folder).filter((name) => name !== 'not-ours.json');
  for (const name of [first, 'not-ours.json']) utimesSync(join(folder, name), days(31), days(31));
  assert.equal(await records.sweep(), 1);
  assert.equal(readdirSync(folder).length, 2);
});
