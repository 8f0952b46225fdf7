/** The command line before servers that choose names: nothing raw reaches a terminal, nothing leaves the folder. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { scriptedFtp } from '../support/scripted-ftp.ts';
import { emptyFolder, portcall } from './portcall.ts';

const ESCAPE = '\u001b[31mred\u0007';
const BACKWARDS = '\u202Egpj.exe';
const NAMES = ['-rf', '|touch pwned', '$(touch pwned)', ESCAPE, BACKWARDS, 'plain'];
/** The same as they stand on the disk. */
const KEPT = ['-rf', '|touch pwned', '$(touch pwned)', '%1B[31mred%07', '%E2%80%AEgpj.exe', 'plain'];
const FILES = Object.fromEntries(NAMES.map((name) => [`/d/${name}`, 'xxxx']));

/** C0 but for line ends, DEL, C1, and marks of direction. */

const RAW = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]/;

test('get -r and ls: odd names are files like others, and no terminal hears them raw, nor from the disk', async () => {
  using folder = emptyFolder();
  await using server = await scriptedFtp({ files: FILES });
  const url = `ftp://u:p@127.0.0.1:${server.port}/d`;
  const shown = await portcall(['ls', url], { cwd: folder.path });
  const fetched = await portcall(['get', '-r', '-v', url, '-o', 'in'], { cwd: folder.path });
  assert.deepEqual([shown.code, fetched.code], [0, 0], shown.stderr + fetched.stderr);
  for (const text of [shown.stdout, shown.stderr, fetched.stdout, fetched.stderr]) assert.doesNotMatch(text, RAW);
  const found = readdirSync(folder.path, { recursive: true, encoding: 'utf8' });
  for (const name of KEPT)
    assert.ok(
      found.some((each) => each.endsWith(`/${name}`)),
      name,
    );
  assert.ok(!found.some((name) => name.endsWith('pwned') && !name.includes('touch')));
});

test('get: a server that says escapes in its refusals does not move the cursor', async () => {
  using folder = emptyFolder();
  const script = {
    greeting: `220 ${ESCAPE}`,
    MLST: `550 ${ESCAPE}${BACKWARDS}`,
    RETR: `550 ${ESCAPE}`,
    SIZE: `550 ${ESCAPE}`,
  };
  await using server = await scriptedFtp({ script });
  const words = ['get', '--trace', '-v', `ftp://u:secret@127.0.0.1:${server.port}/f`];
  const { code, stdout, stderr } = await portcall(words, { cwd: folder.path });
  assert.equal(code, 3, stderr);
  assert.doesNotMatch(stdout + stderr, RAW);
  assert.ok(!`${stdout}${stderr}`.includes('secret'));
});

test('get: names with a line end in the URL are refused before anything is said to a server', async () => {
  using folder = emptyFolder();
  await using server = await scriptedFtp({ files: { '/precious': 'x' } });
  const at = `127.0.0.1:${server.port}`;
  for (const url of [
    `ftp://u:p@${at}/a%0d%0aDELE%20/precious`,
    `ftp://u%0d%0aDELE%20%2Fprecious:p@${at}/a`,
    `ftp://u:p%0d%0aDELE%20%2Fprecious@${at}/a`,
    `ftp://u:p@${at}/a%00b`,
  ]) {
    const { code } = await portcall(['get', url], { cwd: folder.path });
    assert.notEqual(code, 0, url);
  }
  for (const line of server.lines) assert.doesNotMatch(line, /^\W*DELE/);
  assert.ok(server.files.has('/precious'));
});

test('get -r: links in the target folder are not followed out of it', async () => {
  using folder = emptyFolder();
  mkdirSync(join(folder.path, 'beside'));
  writeFileSync(join(folder.path, 'beside/precious'), 'precious');
  mkdirSync(join(folder.path, 'in'));
  symlinkSync('../beside', join(folder.path, 'in/d'));
  await using server = await scriptedFtp({ files: { '/d/precious': 'evil', '/d/new': 'evil', '/x': 'fine' } });
  await portcall(['get', '-r', `ftp://u:p@127.0.0.1:${server.port}/`, '-o', 'in'], { cwd: folder.path });
  assert.equal(readFileSync(join(folder.path, 'beside/precious'), 'utf8'), 'precious');
  assert.ok(!existsSync(join(folder.path, 'beside/new')));
});
