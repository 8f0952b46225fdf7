/** known_hosts: what is read, whom it trusts, and that ssh-keygen finds the same lines. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { needs, run } from '../../../../test/support/program.ts';
import { madeUpKey, madeUpRsaKey } from '../../../../test/support/ssh-keys.ts';
import { fingerprintOf, md5FingerprintOf, readFingerprint } from './fingerprint.ts';
import {
  HOST_KEY_ALGORITHMS,
  hostKeyAlgorithmsFor,
  judgeHostKey,
  type KnownHostLine,
  knownHostLine,
  linesFor,
  MAX_KNOWN_HOSTS_BYTES,
  parseKnownHosts,
  wireType,
} from './known-hosts.ts';

const base64 = (key: Buffer): string => key.toString('base64');
const ED = madeUpKey(1);
const OTHER = madeUpKey(2);
const RSA = madeUpRsaKey(3);
const ed = `ssh-ed25519 ${base64(ED)}`;
const other = `ssh-ed25519 ${base64(OTHER)}`;
const rsa = `ssh-rsa ${base64(RSA)}`;

const parse = (text: string | Uint8Array): NonNullable<ReturnType<typeof parseKnownHosts>> => {
  const parsed = parseKnownHosts(Buffer.from(text), 'known_hosts');
  assert.ok(parsed);
  return parsed;
};
const linesOf = (text: string): readonly KnownHostLine[] => parse(text).lines;

/** `trusted 2`: the verdict, and the number of the line that decided. */
function judge(text: string, host: string, { port = 22, key = ED }: { port?: number; key?: Buffer } = {}): string {
  const found = judgeHostKey(linesOf(text), { host, port, key, keyType: wireType(key) ?? '' });
  return 'where' in found ? `${found.verdict} ${found.where.line}` : found.verdict;
}

describe('verdicts', () => {
  const cases: readonly (readonly [
    what: string,
    file: string,
    host: string,
    verdict: string,
    more?: { port?: number; key?: Buffer },
  ])[] = [
    ['a host with its key', `h ${ed}`, 'h', 'trusted 1'],
    ['capitals do not count', `Host.Example ${ed}`, 'hOST.example', 'trusted 1'],
    ['a host that nobody knows', `g ${ed}`, 'h', 'unknown'],
    ['another key of the type', `h ${other}`, 'h', 'changed 1'],
    ['one of two keys', `h ${other}\nh ${ed}`, 'h', 'trusted 2'],
    ['only another type', `h ${rsa}`, 'h', 'other-type 1'],
    ['a list of names', `a,h,10.0.0.1 ${ed}`, '10.0.0.1', 'trusted 1'],
    ['a pattern', `*.example.net ${ed}`, 'r1.example.net', 'trusted 1'],
    ['one letter', `r?.lab ${ed}`, 'r7.lab', 'trusted 1'],
    ['one letter is not two', `r?.lab ${ed}`, 'r17.lab', 'unknown'],
    ['an exception', `*.lab,!r1.lab ${ed}`, 'r1.lab', 'unknown'],
    ['an exception in front', `!r1.lab,*.lab ${ed}`, 'r1.lab', 'unknown'],
    ['exceptions alone name nobody', `!r1.lab ${ed}`, 'r2.lab', 'unknown'],
    ['its port', `[h]:2222 ${ed}`, 'h', 'trusted 1', { port: 2222 }],
    ['another port', `[h]:2222 ${ed}`, 'h', 'unknown', { port: 2223 }],
    ['a port is not port 22', `[h]:2222 ${ed}`, 'h', 'unknown'],
    ['the plain name serves any port whose own is unknown', `h ${ed}`, 'h', 'trusted 1', { port: 2222 }],
    ['the plain name says nothing against a port', `h ${other}`, 'h', 'unknown', { port: 2222 }],
    ['what is known of the port comes first', `h ${ed}\n[h]:2222 ${other}`, 'h', 'changed 2', { port: 2222 }],
    ['a pattern with a port', `[*.lab]:2222 ${ed}`, 'r1.lab', 'trusted 1', { port: 2222 }],
    ['an IPv6 address however it is written', `2001:db8::1 ${ed}`, '2001:DB8:0:0::1', 'trusted 1'],
    ['a revoked key', `h ${ed}\n@revoked h ${ed}`, 'h', 'revoked 2'],
    ['a key revoked for all', `h ${ed}\n@revoked * ${ed}`, 'h', 'revoked 2'],
    ['a key revoked for all, at a port', `[h]:2222 ${ed}\n@revoked * ${ed}`, 'h', 'revoked 2', { port: 2222 }],
    ['a key revoked for the plain name, at a port', `@revoked h ${ed}`, 'h', 'revoked 1', { port: 2222 }],
    ['another key is revoked', `h ${ed}\n@revoked h ${other}`, 'h', 'trusted 1'],
    ['a revoked line is no knowledge of the host', `@revoked h ${other}`, 'h', 'unknown'],
    ['an authority is not the host', `@cert-authority h ${ed}`, 'h', 'unknown'],
    ['an authority is no other type', `@cert-authority * ${rsa}`, 'h', 'unknown'],
    ['CRLF', `h ${ed}\r\n`, 'h', 'trusted 1'],
    ['blanks in front, tabs between', ` \th\t \t${ed} a comment`, 'h', 'trusted 1'],
  ];
  for (const [what, file, host, verdict, more] of cases)
    test(what, () => assert.equal(judge(file, host, more), verdict));
});

describe('lines that cannot be read', () => {
  const bad: readonly (readonly [what: string, line: string | Uint8Array])[] = [
    ['no key', 'h'],
    ['no base64', 'h ssh-ed25519'],
    ['base64 that is none', 'h ssh-ed25519 !!!!'],
    ['base64 that is cut', `h ${ed.slice(0, -1)}`],
    ['a key of another type than it says', `h ssh-rsa ${base64(ED)}`],
    ['nothing but a type', `h ssh-ed25519 ${base64(ED.subarray(0, 15))}`],
    ['a key of version 1', 'h 1024 35 1234567890'],
    ['an unknown marker', `@trusted h ${ed}`],
    ['two markers', `@revoked @cert-authority h ${ed}`],
    ['a marker alone', '@revoked'],
    ['a hash that is none', `|1|abc|def ${ed}`],
    [
      'a hash of an unknown kind',
      `|2|${Buffer.alloc(20).toString('base64')}|${Buffer.alloc(20).toString('base64')} ${ed}`,
    ],
    ['a zero byte', `h\0x ${ed}`],
    ['a pattern without end', `${'a'.repeat(1024)} ${ed}`],
    ['a line without end', `h ${ed} ${'c'.repeat(65_536)}`],
  ];
  for (const [what, line] of bad)
    test(what, () => {
      const { lines, problems } = parse(Buffer.concat([Buffer.from('# first\n'), Buffer.from(line)]));
      assert.deepEqual(lines, []);
      assert.equal(problems.length, 1);
      assert.equal(problems[0]?.line, 2);
    });

  test('their neighbours count', () => assert.equal(judge(`h\nh ${ed}\n@x`, 'h'), 'trusted 2'));
  test('bytes that are not UTF-8 are borne', () => {
    const { lines, problems } = parse(
      Buffer.concat([Buffer.from([0xff, 0xfe, 0x20]), Buffer.from(`${ed}\nh ${ed} `), Buffer.from([0xe9])]),
    );
    assert.equal(lines.length, 2);
    assert.deepEqual(problems, []);
  });
  test('a file that is too large is not read', () =>
    assert.equal(parseKnownHosts(new Uint8Array(MAX_KNOWN_HOSTS_BYTES + 1), 'f'), undefined));
  test('no bytes throw', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        const { lines } = parse(bytes);
        judgeHostKey(lines, { host: 'h', keyType: 'ssh-ed25519', key: ED });
      }),
    );
  });
});

describe('the order of the offer', () => {
  test('known types come first', () => {
    const offer = hostKeyAlgorithmsFor(linesOf(`h ${rsa}`), { host: 'h' });
    assert.deepEqual(offer.slice(0, 3), ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-ed25519']);
    assert.deepEqual([...offer].sort(), [...HOST_KEY_ALGORITHMS].sort());
  });
  test('authorities and revoked keys are no reason', () =>
    assert.deepEqual(
      hostKeyAlgorithmsFor(linesOf(`@revoked h ${rsa}\n@cert-authority h ${rsa}`), { host: 'h' }),
      HOST_KEY_ALGORITHMS,
    ));
  test('at a port of which nothing is known, the plain name’s types', () =>
    assert.equal(hostKeyAlgorithmsFor(linesOf(`h ${rsa}`), { host: 'h', port: 2222 })[0], 'rsa-sha2-512'));
});

describe('lines to add', () => {
  test('are read again', () => {
    fc.assert(
      fc.property(fc.domain(), fc.integer({ min: 1, max: 65_535 }), fc.boolean(), (host, port, isHashed) => {
        const line = knownHostLine({ host, port }, ED, { hashed: isHashed ? Buffer.alloc(20, 7) : undefined });
        assert.ok(line);
        assert.equal(line.includes(host), !isHashed);
        assert.equal(judge(`${line}\n`, host, { port }), 'trusted 1');
        assert.equal(judge(`${line}\n`, `x${host}`, { port }), 'unknown');
      }),
    );
  });
  for (const host of ['*', 'a,b', '!a', 'a b', 'a\nb', '|1|x', '@revoked', '#a', 'r?', ''])
    test(`no host is called ${JSON.stringify(host)}`, () => assert.equal(knownHostLine({ host }, ED), undefined));
});

describe('beside ssh-keygen', () => {
  let folder: string;
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'portcall-known-'));
  });
  after(() => rm(folder, { recursive: true }));

  /** `2 REVOKED`, for every line that ssh-keygen finds. */
  async function foundBy(name: string, file: string): Promise<string[]> {
    const { output } = await run('ssh-keygen', ['-F', name, '-f', file]);
    return [...output.matchAll(/^# Host .* found: line (\d+) ?(.*)$/gm)].map(([, line = '', marker = '']) =>
      `${line} ${marker}`.trim(),
    );
  }
  const MARKS = { none: '', revoked: ' REVOKED', authority: ' CA' } as const;
  const ours = (text: string, host: string, port: number): string[] =>
    linesFor(linesOf(text), { host, port }).map(({ line, marker }) => `${line}${MARKS[marker]}`);

  const part = fc.constantFrom('a', 'b', 'ab', 'r1', '10.0.0.1', 'A', '2001:db8::1');
  const pattern = fc.oneof(
    part,
    fc
      .tuple(fc.constantFrom('', '!'), fc.constantFrom('*', '?', 'a*', '*b', '?1', 'r?', '*.0.*', '*a*b*'))
      .map((both) => both.join('')),
    fc
      .tuple(fc.constantFrom('a', 'b', '*', 'r?'), fc.constantFrom('22', '2222'))
      .map(([name, port]) => `[${name}]:${port}`),
  );
  const line = fc
    .record({
      // A tab behind the marker is read by us, and by ssh-keygen only when no blank follows in the line.
      marker: fc.constantFrom('', '', '', '@revoked ', '@cert-authority '),
      names: fc.array(pattern, { minLength: 1, maxLength: 4 }),
      gap: fc.constantFrom(' ', '\t', '  '),
      end: fc.constantFrom('', '\r', ' comment', ' # x'),
    })
    .map(({ marker, names, gap, end }) => `${marker}${names.join(',')}${gap}${ed}${end}`);
  const noise = fc.constantFrom('', '# a comment', '   ', '\t#a ssh-rsa', 'a', '@unknown a ssh-rsa AAAA');
  const file = fc
    .array(fc.oneof({ weight: 4, arbitrary: line }, { weight: 1, arbitrary: noise }), { maxLength: 8 })
    .map((all) => all.join('\n'));

  test('the same lines are found', needs('ssh-keygen'), async () => {
    await fc.assert(
      fc.asyncProperty(file, part, fc.constantFrom(22, 2222), async (text, host, port) => {
        const path = join(folder, 'plain');
        await writeFile(path, text);
        const name = port === 22 ? host : `[${host}]:${port}`;
        assert.deepEqual(ours(text, host, port), await foundBy(name.toLowerCase(), path));
      }),
      { numRuns: 60 },
    );
  });

  test('names that ssh-keygen has hashed are found, and those that we have', needs('ssh-keygen'), async () => {
    const path = join(folder, 'hashed');
    const salt = Buffer.alloc(20, 9);
    await writeFile(path, `r1.lab,10.0.0.1 ${ed}\n[r1.lab]:2222 ${other}\n`);
    assert.equal((await run('ssh-keygen', ['-H', '-f', path])).code, 0);
    const hashed = `${await readFile(path, 'utf8')}${String(knownHostLine({ host: 'R2.lab', port: 2022 }, RSA, { hashed: salt }))}\n`;
    await writeFile(path, hashed);
    assert.doesNotMatch(hashed, /lab/);
    for (const [host, port] of [
      ['r1.lab', 22],
      ['10.0.0.1', 22],
      ['r1.lab', 2222],
      ['r2.lab', 2022],
      ['r2.lab', 22],
    ] as const)
      assert.deepEqual(
        ours(hashed, host, port),
        await foundBy(port === 22 ? host : `[${host}]:${port}`, path),
        `${host} ${port}`,
      );
    assert.equal(judge(hashed, 'R1.LAB'), 'trusted 1');
    assert.equal(judge(hashed, 'r1.lab', { port: 2222 }), 'changed 3');
  });

  test('fingerprints are its own', needs('ssh-keygen'), async () => {
    const path = join(folder, 'key.pub');
    await writeFile(path, `${ed} x\n`);
    const { output } = await run('ssh-keygen', ['-lf', path]);
    assert.ok(output.includes(fingerprintOf(ED)), output);
    assert.ok((await run('ssh-keygen', ['-lf', path, '-E', 'md5'])).output.includes(md5FingerprintOf(ED)));
  });
});

describe('fingerprints that people give', () => {
  const shown = fingerprintOf(ED);
  const hex = Buffer.from(shown.slice(7), 'base64').toString('hex');
  const same = [
    shown,
    shown.slice(7),
    `sha256:${shown.slice(7)}=`,
    hex,
    ` ${hex.toUpperCase()} `,
    `SHA256:${String(hex.match(/../g)?.join(':'))}`,
  ];
  for (const text of same) test(text, () => assert.equal(readFingerprint(text), shown));
  for (const text of ['', 'SHA256:', 'SHA256:abc', md5FingerprintOf(ED), `${shown}x`, `${hex}0`])
    test(`not ${JSON.stringify(text)}`, () => assert.equal(readFingerprint(text), undefined));
});
