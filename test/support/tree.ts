/** Trees of files with names that programs stumble over, and the hash of every byte in them. */
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';

/** Bytes that differ everywhere and hold every line end, so that a shift or a conversion shows. */
export function sampleBytes(size: number, seed = 1): Buffer {
  const bytes = Buffer.allocUnsafe(size);
  let state = seed * 2_654_435_761;
  for (let index = 0; index < size; index += 1) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = state >>> 24;
  }
  if (size > 8) bytes.write('\n\r\n\r\r\n\n', Math.floor(size / 2), 'latin1');
  return bytes;
}

export const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Names as bytes, written as Latin-1 text. */
const utf8 = (name: string): string => Buffer.from(name).toString('latin1');

/** One of each kind of oddity. */
export const ODD_NAMES: readonly string[] = [
  'plain.txt',
  'two words.txt',
  'two  spaces.txt',
  "it's.txt",
  'say "hi".txt',
  '-dash.txt',
  '--help',
  '-l',
  'back\\slash.txt',
  'star*.txt',
  'question?.txt',
  '[bracket].txt',
  '{brace,s}.txt',
  '#hash.txt',
  'percent%20.txt',
  'semi;colon.txt',
  'dollar$(id)`id`.txt',
  'amp&ersand|pipe.txt',
  '.hidden',
  '..two-dots',
  'tilde~',
  '~root',
  'exclam!.txt',
  'plus+equals=.txt',
  'a -> b',
  utf8('schön.txt'),
  utf8('日本語.txt'),
  utf8('emoji😀.txt'),
  utf8('e\u0301.txt'),
  `${'long'.repeat(50)}.txt`,
];

/** Bytes that are not UTF-8: é in Latin-1. */
export const LATIN1_NAMES: readonly string[] = ['caf\xe9.txt', '\xff\xfe.bin'];

/** Paths relative to the root, as Latin-1, with the hash of each file; folders have no hash. */
export type TreeHashes = Map<string, string>;

const bytesOf = (root: string, path: string): Buffer =>
  Buffer.concat([Buffer.from(`${root}/`), Buffer.from(path, 'latin1')]);

/** Makes a tree of `count` files in nested folders. */
export function makeTree(root: string, names: readonly string[], count: number): void {
  const folders = ['', 'sub', 'sub/two words', utf8('sub/ü'), 'sub/[x]', 'empty'];
  for (const folder of folders) mkdirSync(bytesOf(root, folder), { recursive: true });
  for (let index = 0; index < count; index += 1) {
    const folder = folders[Math.floor(index / names.length) % 5] ?? '';
    const round = Math.floor(index / (names.length * 5));
    const name = `${names[index % names.length] ?? ''}${round === 0 ? '' : `.${round}`}`;
    writeFileSync(
      bytesOf(root, folder === '' ? name : `${folder}/${name}`),
      sampleBytes((index * 37) % 3000, index + 1),
    );
  }
}

/** Every file below, with its hash. */
export function hashTree(root: string, path = ''): TreeHashes {
  const found = new Map<string, string>();
  for (const name of readdirSync(bytesOf(root, path), { encoding: 'buffer' })) {
    const below = `${path === '' ? '' : `${path}/`}${name.toString('latin1')}`;
    if (!statSync(bytesOf(root, below)).isDirectory()) found.set(below, sha256(readFileSync(bytesOf(root, below))));
    else for (const [file, hash] of hashTree(root, below).set(below, 'folder')) found.set(file, hash);
  }
  return found;
}
