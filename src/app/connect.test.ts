/** Opening places by their URLs: servers, this machine, and what is refused before anything is connected to. */
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, test } from 'node:test';
import { emptyFolder } from '../../test/program/portcall.ts';
import { startTestServer } from '../../test/support/ftp-server.ts';
import { ConfigurationError } from '../config/problem.ts';
import { FileError } from '../files/error.ts';
import { connect, type Connected, pathWithin } from './connect.ts';

async function namesOf(place: Connected): Promise<string[]> {
  const names: string[] = [];
  for await (const batch of place.list(place.path)) names.push(...batch.map(({ name }) => name));
  return names.sort();
}

test('a server: its path, its powers, and a URL without the password; calls overlap', async () => {
  await using server = await startTestServer();
  mkdirSync(join(server.root, 'a b'));
  writeFileSync(join(server.root, 'a b', 'x'), 'x');
  await using place = await connect(`ftp://u:p@127.0.0.1:${server.port}/a%20b`);
  assert.equal(place.url, `ftp://u@127.0.0.1:${server.port}/a%20b`);
  assert.equal(place.path, '/a b');
  assert.deepEqual(await Promise.all([namesOf(place), namesOf(place), namesOf(place)]), [['x'], ['x'], ['x']]);
  assert.equal((await place.ftp?.command({ verb: 'NOOP' }))?.code, 200);
});

test('this machine: a path, from a working directory or not, and a file URL', async () => {
  using folder = emptyFolder();
  writeFileSync(join(folder.path, 'a%b'), 'x');
  for (const [text, options] of [
    ['.', { cwd: folder.path }],
    [folder.path, {}],
    [pathToFileURL(folder.path).href, {}],
    [`file://localhost${folder.path}`, {}],
  ] as const) {
    await using place = await connect(text, options);
    assert.deepEqual(await namesOf(place), ['a%b'], text);
    assert.equal(place.ftp, undefined);
  }
});

describe('refused before anything is connected to, and no password in what is said', () => {
  const WRONG: readonly (readonly [url: string, what: RegExp])[] = [
    ['http://ann:secret@h/', /scheme that is not known/],
    ['ftp://ann:secret@/x', /names no host/],
    ['file://elsewhere/etc', /file: is this one/],
    ['ftp://ann:secret@h/a;type=a', /;type=a/],
    ['ftp://ann:se/cret@h/a', /is no URL/],
    ['ftp://ann:secret@h/%0a', /line end/],
  ];
  for (const [url, what] of WRONG)
    test(url, async () => {
      await assert.rejects(connect(url), (error) => {
        assert.ok(error instanceof ConfigurationError);
        assert.match(error.message, what);
        assert.doesNotMatch(error.message, /secret|cret@/);
        return true;
      });
    });
});

test('text over FTP: lines end in LF here and in CRLF on the way, and nobody else’s call is harmed', async () => {
  await using server = await startTestServer();
  writeFileSync(join(server.root, 'a.txt'), 'one\ntwo\r\nthree');
  await using place = await connect(`ftp://u:p@127.0.0.1:${server.port}/`);
  const { ftp } = place;
  assert.ok(ftp);
  const read = async (name: string): Promise<string> => {
    const pieces: Uint8Array[] = [];
    for await (const piece of ftp.readText(pathWithin(place.home, name))) pieces.push(Uint8Array.from(piece));
    return Buffer.concat(pieces).toString();
  };
  assert.equal(await read('a.txt'), 'one\ntwo\nthree');
  await ftp.writeText(
    pathWithin(place.home, 'b.txt'),
    (async function* () {
      yield Buffer.from('x\ny');
    })(),
  );
  assert.equal(readFileSync(join(server.root, 'b.txt'), 'utf8'), 'x\ny');
  for await (const piece of ftp.readText(pathWithin(place.home, 'a.txt'))) {
    assert.ok(piece.length > 0);
    break;
  }
  await assert.rejects(read('none'), (error) => error instanceof FileError && error.kind === 'not-found');
  assert.equal((await place.stat(pathWithin(place.home, 'a.txt'))).sizeBytes, 14);
});

test('a wrong password fails here, and not with the first call', async () => {
  await using server = await startTestServer();
  await assert.rejects(
    connect(`ftp://u:no@127.0.0.1:${server.port}/`),
    (error) => error instanceof FileError && error.kind === 'login-refused',
  );
});
