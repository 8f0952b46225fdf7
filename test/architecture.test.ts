/**
 * The import law (ARCHITECTURE.md), kept by a machine: who may import whom, no cycles, one owner for each outside
 * package, and the files that the documents lead the reader through.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { describe, test } from 'node:test';

interface Law {
  readonly why: string;
  readonly from: RegExp;
  /** What such a file may import: our own files by path, others by name. `$1` is what `from` captured. */
  readonly may: string;
}

/** The first row that matches a file is its law. */
const LAWS: readonly Law[] = [
  { why: 'base knows nothing of the project, and only itself', from: /^src\/base\//, may: '^src/base/' },
  { why: 'listings are pure', from: /^src\/protocols\/listing\//, may: '^src/(base|protocols/listing)/' },
  {
    why: 'the door of all TCP servers knows addresses and sockets, no protocol',
    from: /^src\/protocols\/door\//,
    may: '^(node:net$|src/(base|accounts|protocols/door)/)',
  },
  {
    why: 'dialling out is alike for all clients over TCP: sockets and time, no protocol',
    from: /^src\/protocols\/dial\//,
    may: '^(node:net$|src/(base|files|protocols/dial)/)',
  },
  { why: 'wire formats are pure', from: /^src\/protocols\/(\w+)\/wire\//, may: '^src/(base|protocols/$1/wire)/' },
  {
    why: 'session tables are pure',
    from: /^src\/protocols\/(\w+)\/session\//,
    may: '^src/(base|protocols/$1/(wire|session))/',
  },
  {
    why: 'transfers of TFTP are machines: packets and time go in, packets come out',
    from: /^src\/protocols\/(\w+)\/transfer\//,
    may: '^src/(base|protocols/$1/(wire|transfer))/',
  },
  {
    why: 'what both sides of TFTP do alike: machines with sockets and files',
    from: /^src\/protocols\/(tftp)\/channel\//,
    may: '^(node:dgram$|src/(base|files|protocols/$1/(wire|transfer|channel))/)',
  },
  {
    why: 'what both sides of Telnet do alike: a line over a socket, by the tables of its session',
    from: /^src\/protocols\/(telnet)\/channel\//,
    may: '^(node:(net|stream)$|src/(base|protocols/$1/(wire|session|channel))/)',
  },
  {
    why: 'what both sides of SCP do alike: sources and sinks of files over a channel',
    from: /^src\/protocols\/(scp)\/channel\//,
    may: '^(node:crypto$|src/(base|files|protocols/ssh/channel|protocols/$1/(wire|channel))/)',
  },
  {
    why: 'the server of SSH alone knows the library that speaks it',
    from: /^src\/protocols\/(ssh)\/server\//,
    may: '^(node:(net|stream|crypto)$|ssh2(/|$)|src/(base|files|accounts|observe|protocols/door|protocols/$1/(wire|channel|server))/)',
  },
  {
    why: 'the client of SSH alone knows the library that speaks it',
    from: /^src\/protocols\/(ssh)\/client\//,
    may: '^(node:(net|stream|crypto)$|ssh2(/|$)|src/(base|files|observe|protocols/dial|protocols/$1/(wire|channel|client))/)',
  },
  {
    why: 'a server knows its own protocol, files, accounts and events; never another protocol nor a client',
    from: /^src\/protocols\/(\w+)\/server\//,
    may: '^(node:(net|tls|stream|dgram|dns/promises|crypto)$|re2js$|src/(base|files|accounts|observe|protocols/(listing|door|ssh/channel)|protocols/$1/(wire|session|transfer|channel|server))/)',
  },
  {
    why: 'what server and client do alike with sockets knows nothing but sockets, and what the kernel says of them',
    from: /^src\/protocols\/(\w+)\/channel\//,
    may: '^(node:(net|tls|stream|fs/promises)$|src/(base|protocols/$1/channel)/)',
  },
  {
    why: 'a client knows its own protocol, files and events; never another protocol nor a server',
    from: /^src\/protocols\/(\w+)\/client\//,
    may: '^(node:(net|tls|stream|dgram|dns/promises|crypto)$|src/(base|files|observe|protocols/(listing|dial|ssh/channel)|protocols/$1/(wire|session|transfer|channel|client))/)',
  },
  { why: 'the door of a protocol', from: /^src\/protocols\/(\w+)\/index\.ts$/, may: '^src/protocols/$1/' },
  {
    why: 'only the local file system touches the disk',
    from: /^src\/files\/local\//,
    may: '^(node:|src/(base|files)/)',
  },
  {
    why: 'copying and comparing compute hashes, and know no protocol',
    from: /^src\/files\/(copy|sync)\//,
    may: '^(node:(crypto|zlib)$|src/(base|files)/)',
  },
  { why: 'a file system knows no protocol and no machine', from: /^src\/files\//, may: '^src/(base|files)/' },
  {
    why: 'hashes of other programs are computed in a thread',
    from: /^src\/accounts\/hash\//,
    may: '^(node:(crypto|worker_threads)$|bcryptjs$|src/(base|accounts/hash)/)',
  },
  {
    why: 'the database of accounts is opened here and nowhere else',
    from: /^src\/accounts\/sqlite\//,
    may: '^(node:(sqlite|fs)$|src/(base|files|accounts)/)',
  },
  {
    why: 'accounts know passwords and files, no protocol',
    from: /^src\/accounts\//,
    may: '^(node:crypto$|src/(base|files|accounts)/)',
  },
  { why: 'observers know events only', from: /^src\/observe\//, may: '^(node:crypto$|pino$|src/(base|observe)/)' },
  {
    why: 'the configuration is read here and nowhere else',
    from: /^src\/config\//,
    may: '^(node:(fs|path|os|net)(/promises)?$|zod$|yaml$|src/(base|config)/|src/accounts/(hash/|(definition|permission|network-rules|ban-list|authorized-key)\\.ts$))',
  },
  { why: 'the grammar of a device is pure', from: /^src\/device\/grammar\//, may: '^src/(base|device/grammar)/' },
  {
    why: 'images and secrets of a device are bytes and digests',
    from: /^src\/device\/(image|secret)\//,
    may: '^(node:crypto$|src/(base|files|device/$1)/)',
  },
  {
    why: 'expressions of output filters are read in linear time',
    from: /^src\/device\/terminal\//,
    may: '^(re2js$|src/(base|files|device)/)',
  },
  {
    why: 'commands of a device compute digests, and reach the world through its ports only',
    from: /^src\/device\/commands\//,
    may: '^(node:crypto$|src/(base|files|device)/)',
  },
  {
    why: 'a device knows files; network and time come in through its ports',
    from: /^src\/device\//,
    may: '^src/(base|files|observe|device)/',
  },
  { why: 'only app wires concrete things together', from: /^src\/app\//, may: '^(node:|src/(?!cli/))' },
  {
    why: 'the command line talks to app',
    from: /^src\/cli\//,
    may: '^(node:|commander$|src/(base|app|cli|config|accounts|observe|files)/)',
  },
  { why: 'the door of the package', from: /^src\/index\.ts$/, may: '^src/' },
];

const IMPORT = /(?:\bfrom |\bimport |\bimport\()'([^']+)'/g;

const isTest = (file: string): boolean => file.endsWith('.test.ts');
const sources = globSync('src/**/*.ts').filter((file) => !isTest(file));
const importsOf = (file: string): string[] =>
  [...readFileSync(file, 'utf8').matchAll(IMPORT)].map(([, target = '']) =>
    target.startsWith('.') ? posix.join(posix.dirname(file), target) : target,
  );
const imports = new Map(sources.map((file) => [file, importsOf(file)]));

test('there is something to judge', () => {
  assert.ok(sources.length > 50, `only ${sources.length} source files were found`);
  assert.ok([...imports.values()].flat().length > 100, 'hardly an import was found: the pattern is broken');
});

describe('the import law', () => {
  for (const [file, targets] of imports)
    test(file, () => {
      const law = LAWS.find(({ from }) => from.test(file));
      assert.ok(law, `${file} lies in a folder that has no row in the law`);
      const allowed = new RegExp(law.may.replaceAll('$1', law.from.exec(file)?.[1] ?? ''));
      for (const target of targets) assert.match(target, allowed, `${law.why}: ${file} imports ${target}`);
    });
});

test('the environment is read by config only', () => {
  for (const file of sources)
    if (!/^src\/config\//.test(file)) assert.doesNotMatch(readFileSync(file, 'utf8'), /process\.env/, file);
});

test('no two files need each other, not even for types', () => {
  const done = new Set<string>();
  const visit = (file: string, way: readonly string[]): void => {
    assert.ok(!way.includes(file), `a circle: ${[...way.slice(way.indexOf(file)), file].join(' → ')}`);
    if (done.has(file)) return;
    for (const target of imports.get(file) ?? []) if (imports.has(target)) visit(target, [...way, file]);
    done.add(file);
  };
  for (const file of sources) visit(file, []);
});

test('files are named for the thing inside', () => {
  for (const file of sources) {
    assert.match(posix.basename(file), /^[a-z0-9]+(-[a-z0-9]+)*(\.d)?\.ts$/, file);
    assert.doesNotMatch(file, /(utils?|helpers?|manager|common|misc)\b/, file);
  }
});

test('the files that the documents name exist', () => {
  const documents = globSync(['*.md', 'docs/**/*.md', 'src/**/*.md', 'bench/*.md']);
  assert.ok(documents.length >= 5);
  for (const document of documents)
    for (const [, path = ''] of readFileSync(document, 'utf8').matchAll(
      /`((?:src|test|bench|docs|bin)\/[\w./-]+\.\w+)`/g,
    ))
      assert.ok(existsSync(path), `${document} names ${path}, which does not exist`);
});
