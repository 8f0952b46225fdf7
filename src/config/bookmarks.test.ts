/** The file of bookmarks: what it may say, what is wrong with it and where, and how it is written. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { readBookmarks, writeBookmark } from './bookmarks.ts';
import { ConfigurationError } from './problem.ts';

async function folder(): Promise<{ readonly file: string } & AsyncDisposable> {
  const path = await mkdtemp(join(tmpdir(), 'portcall-bookmarks-'));
  return {
    file: join(path, 'in', 'bookmarks.yaml'),
    [Symbol.asyncDispose]: () => rm(path, { recursive: true }),
  };
}

test('none without a file; what was added is there, for its user only; comments stay', async () => {
  await using here = await folder();
  assert.equal((await readBookmarks(here.file)).named.size, 0);
  await writeBookmark(here.file, 'lab', { url: 'ftps://ann@ftp.example.net/images', active: true });
  assert.equal((await stat(here.file)).mode & 0o777, 0o600);
  await writeFile(here.file, `# mine\n\n${await readFile(here.file, 'utf8')}`);
  await writeBookmark(here.file, 'old', { url: 'ftp://old.example.net' });
  await writeBookmark(here.file, 'lab', undefined);
  assert.equal(await readFile(here.file, 'utf8'), '# mine\n\nold:\n  url: ftp://old.example.net\n');
  await writeBookmark(here.file, 'old', undefined);
  assert.equal((await readBookmarks(here.file)).named.size, 0);
});

const WRONG: readonly (readonly [text: string, problem: RegExp])[] = [
  ['lab: ftp://x\n', /bookmarks\.yaml:1: lab: must be a map with a url/],
  ['a:\n  url: ftp://x\n', /bookmarks\.yaml:1: a: must be a name of 2 to 63/],
  ['lab:\n  active: true\n', /bookmarks\.yaml:1: lab\.url: must be a text/],
  ['lab:\n  url: ftp://x\n  colour: red\n', /bookmarks\.yaml:3: lab\.colour: is not a key/],
  ['lab:\n  url: ftp://x\n  tls-min: 1.1\n', /bookmarks\.yaml:3: lab\.tls-min: must be '1\.2' or '1\.3'/],
  ['[1]\n', /bookmarks\.yaml:1: must be a map of names/],
  ['lab: {url: a\n', /bookmarks\.yaml:\d/],
];
for (const [text, problem] of WRONG)
  test(`wrong, with its line: ${JSON.stringify(text)}`, async () => {
    await using here = await folder();
    await writeBookmark(here.file, 'xx', { url: 'ftp://x' });
    await writeFile(here.file, text);
    await assert.rejects(readBookmarks(here.file), (error) => {
      assert.ok(error instanceof ConfigurationError);
      assert.match(error.message, problem);
      return true;
    });
    // What is not understood is not overwritten either.
    await assert.rejects(writeBookmark(here.file, 'more', { url: 'ftp://x' }), ConfigurationError);
    assert.equal(await readFile(here.file, 'utf8'), text);
  });
