import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { type ArgumentType, interfaceNames, prefixed } from './argument-type.ts';
import { compileGraph } from './graph.ts';
import { completion, helpFor } from './help.ts';
import { type Parsed, parseLine } from './parse.ts';

const TYPES = new Map<string, ArgumentType>([
  ['url', prefixed('URL', ['ftp:', 'tftp:', 'nvram:'])],
  ['interface', interfaceNames(() => ['GigabitEthernet0/0', 'GigabitEthernet0/1', 'Vlan1'])],
]);

const rows = [
  'show version',
  'show vlan',
  'show format',
  'show running-config [all]',
  'show ip interface brief',
  'show interfaces [<interface:interface>]',
  'configure terminal',
  'connect <host:host>',
  'clear line <line:0-15>',
  'copy (running-config|startup-config|<from:url>) (running-config|startup-config|<to:url>)',
  'terminal length <lines:0-512>',
  'ip address <address:ip> <mask:ip> [secondary]',
  'description <text:line>',
].map((syntax) => ({ syntax }));

const root = compileGraph(rows, TYPES, 15);
const read = (line: string): Parsed<{ syntax: string }> => parseLine(root, line);

function full(line: string): string {
  const parsed = read(line);
  return parsed.outcome === 'command' ? parsed.words.join(' ') : parsed.outcome;
}

describe('a line is read as IOS reads it', () => {
  const VECTORS = [
    ['sh ver', 'show version'],
    ['SHOW Version', 'show version'],
    ['sh run', 'show running-config'],
    ['sh ip int b', 'show ip interface brief'],
    ['sh int gi0/1', 'show interfaces GigabitEthernet0/1'],
    ['sh int gig 0/1', 'show interfaces GigabitEthernet0/1'],
    ['sh int vlan 1', 'show interfaces Vlan1'],
    ['copy run start', 'copy running-config startup-config'],
    ['copy ftp://U:P@h/File nvram:', 'copy ftp://U:P@h/File nvram:'],
    ['desc  Uplink  to | core ', 'description Uplink  to | core'],
    ['ip address 10.0.0.1 255.0.0.0 sec', 'ip address 10.0.0.1 255.0.0.0 secondary'],
    ['sh v', 'ambiguous'],
    ['show', 'incomplete'],
    ['terminal length', 'incomplete'],
    ['   ', 'empty'],
  ] as const;
  for (const [typed, meant] of VECTORS) test(`${typed} → ${meant}`, () => assert.equal(full(typed), meant));

  test('an ambiguous line is told up to the word that could be several', () =>
    assert.deepEqual(read('sh v detail'), { outcome: 'ambiguous', typed: 'sh v' }));
});

describe('the caret stands under the first character that fits nothing', () => {
  // Captured from devices; the columns count the prompt.
  const VECTORS = [
    ['cisco1>', 'show foooooooo', 14],
    ['csr1000v>', 'clear logg', 16],
    ['RT01#', 'copy running-config flash:RT01.cfg', 26],
    ['R1#', 'show versionx', 15],
    ['R1#', 'show version detail', 16],
    ['R1#', 'terminal length 513', 19],
    ['R1#', 'ip address 10.0.0.x 255.0.0.0', 21],
    ['R1#', 'nonsense here', 3],
  ] as const;
  for (const [prompt, line, blanks] of VECTORS)
    test(`${prompt}${line}`, () => {
      const parsed = read(line);
      assert.ok(parsed.outcome === 'invalid', parsed.outcome);
      assert.equal(prompt.length + parsed.column, blanks);
    });

  test('a user who may not configure is told so letter by letter', () => {
    const mayConnect = rows.map((row) => ({ ...row, privilege: /^(configure|show run)/.test(row.syntax) ? 15 : 1 }));
    const user = compileGraph(mayConnect, TYPES, 1);
    const column = (line: string): number => {
      const parsed = parseLine(user, line);
      return parsed.outcome === 'invalid' ? parsed.column : -1;
    };
    assert.equal('csr1000v>'.length + column('configure terminal'), 12);
    assert.equal(column('show run'), 5);
  });
});

describe('what no and default take', () => {
  test('the arguments at the end may be left out', () => {
    const parsed = parseLine(root, 'ip address', { tail: 'optional' });
    assert.equal(parsed.outcome === 'command' && parsed.row.syntax, 'ip address <address:ip> <mask:ip> [secondary]');
  });

  test('not where that would mean several commands', () =>
    assert.equal(parseLine(root, 'show', { tail: 'optional' }).outcome, 'incomplete'));
});

describe('help', () => {
  const glossary = (path: string, word: string): string => `${path}>${word}`;

  test('behind a blank it lists what may follow, with <cr> last', () => {
    const help = helpFor(root, 'show running-config ', glossary);
    assert.deepEqual(help, {
      kind: 'next',
      entries: [
        { shown: 'all', meaning: 'show running-config>all' },
        { shown: '<cr>', meaning: '' },
      ],
    });
  });

  test('at a word it lists what the word may become', () =>
    assert.deepEqual(helpFor(root, 'sh v', glossary), { kind: 'words', words: ['version', 'vlan'] }));

  test('file systems are offered by name', () =>
    assert.deepEqual(helpFor(root, 'copy t', glossary), { kind: 'words', words: ['tftp:'] }));

  test('what fits nothing is told', () => assert.equal(helpFor(root, 'show zz', glossary).kind, 'unknown'));
});

describe('Tab', () => {
  test('completes what is unique', () => assert.equal(completion(root, 'sh ver'), 'sh version '));
  test('leaves what is not', () => assert.equal(completion(root, 'sh v'), undefined));
});

describe('a row that is wrong is found at once', () => {
  test('two rows for one line', () =>
    assert.throws(
      () => compileGraph([{ syntax: 'show version' }, { syntax: 'show version' }], TYPES, 15),
      /same line/,
    ));
  test('a bracket that nobody closes', () =>
    assert.throws(() => compileGraph([{ syntax: 'show [version' }], TYPES, 15), /is missing/));
  test('a type that nobody knows', () =>
    assert.throws(() => compileGraph([{ syntax: 'show <x:nothing>' }], TYPES, 15), /no argument has the type/));
});

test('no line makes the parser throw, and a caret stays within the line', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.constantFrom('show ', 'copy ', 'ip ').chain((head) => fc.string().map((tail) => head + tail)),
      ),
      (line) => {
        const parsed = read(line);
        if (parsed.outcome === 'invalid') assert.ok(parsed.column < line.length);
        helpFor(root, line, () => '');
        completion(root, line);
      },
    ),
  );
});
