import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { KeyReader, LineClosedError } from './key-reader.ts';
import { LineEditor } from './line-editor.ts';
import { lineFilter, readPipe } from './output-filter.ts';
import { rowsOf } from './screen.ts';

async function* chunks(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text, 'latin1'));
}

async function readAll(reader: KeyReader): Promise<string> {
  const keys: number[] = [];
  try {
    for (;;) keys.push(await reader.next());
  } catch (error) {
    assert.ok(error instanceof LineClosedError);
  }
  return Buffer.from(keys).toString('latin1');
}

describe('Enter', () => {
  const WAYS = ['\r', '\n', '\r\n', '\r\0'] as const;
  for (const way of WAYS)
    test(`${JSON.stringify(way)} is one Enter`, async () =>
      assert.equal(await readAll(new KeyReader(chunks(`a${way}b${way}`))), 'a\rb\r'));

  test('also when the two bytes come apart', async () =>
    assert.equal(await readAll(new KeyReader(chunks('a\r', '\nb'))), 'a\rb'));

  test('two of them are two', async () => assert.equal(await readAll(new KeyReader(chunks('\r\r\n\n'))), '\r\r\r'));
});

test('a key that interrupts acts at once, and what was typed before it is forgotten', async () => {
  let interrupts = 0;
  const reader = new KeyReader(chunks('typed ahead\u0003after'));
  reader.watch(() => (interrupts += 1));
  assert.equal(await readAll(reader), 'after');
  assert.equal(interrupts, 1);
});

/** A screen of one row, which understands what a line editor sends. */
function screen(echoes: string): string {
  const cells: string[] = [];
  let at = 0;
  for (const character of echoes) {
    if (character === '\b') at -= 1;
    else if (character >= ' ') {
      cells[at] = character;
      at += 1;
    }
  }
  return cells.join('').trimEnd();
}

function type(keys: string, history: readonly string[] = []): { line: string; shown: string } {
  const editor = new LineEditor({ kind: 'line', history });
  let echoes = '';
  for (const key of Buffer.from(keys, 'latin1')) {
    const outcome = editor.feed(key);
    if ('echo' in outcome) echoes += outcome.echo;
  }
  return { line: editor.line, shown: screen(echoes) };
}

describe('editing', () => {
  const KEYSTROKES = [
    ['show versoin\b\b\bion', 'show version'],
    ['version\u0001show \u0005 ', 'show version '],
    ['show vers\u0002\u0002\u0006\u0004', 'show ver'],
    ['one two three\u0017\u0017', 'one '],
    ['one two\u001bb\u001bd', 'one '],
    ['one two\u0015', ''],
    ['one two\u001bb\u000b', 'one '],
    ['one two\u0017three\u0019', 'one threetwo'],
    ['abc\u001b[D\u001b[DX', 'aXbc'],
    ['abc\u001b[3~d', 'abcd'],
    ['\u0010', 'newest'],
    ['\u0010\u0010', 'oldest'],
    ['draft\u0010\u000e', 'draft'],
    ['\u001b[A\u001b[A\u001b[B', 'newest'],
  ] as const;
  for (const [keys, line] of KEYSTROKES)
    test(JSON.stringify(keys), () => {
      const { line: typed, shown } = type(keys, ['oldest', 'newest']);
      assert.equal(typed, line);
      assert.equal(shown, line.trimEnd());
    });

  test('the screen shows the line, whatever is typed', () => {
    const key = fc.constantFrom(
      ...'ab c\b\u0001\u0002\u0004\u0005\u0006\u000b\u0015\u0017\u0019\u0010\u000e'.split(''),
    );
    fc.assert(
      fc.property(fc.array(key, { maxLength: 60 }), (keys) => {
        const { line, shown } = type(keys.join(''), ['first line', 'x']);
        assert.equal(shown, line.trimEnd());
      }),
    );
  });

  test('a secret is not shown', () => {
    const editor = new LineEditor({ kind: 'secret', history: [] });
    for (const key of Buffer.from('cisco')) assert.deepEqual(editor.feed(key), { kind: 'typed', echo: '' });
    const end = editor.feed(13);
    assert.deepEqual(end, { kind: 'line', how: 'enter', line: 'cisco', echo: '\r\n' });
  });

  test('a question mark in an answer is a character', () => {
    const editor = new LineEditor({ kind: 'answer', history: [] });
    editor.feed('?'.charCodeAt(0));
    assert.equal(editor.line, '?');
  });

  test('a line does not grow without bound', () => {
    const { line } = type('x'.repeat(20_000));
    assert.equal(line.length, 16_384);
  });
});

describe('what stands behind a pipe', () => {
  const shown = (line: string, text: readonly string[]): readonly string[] => {
    const piped = readPipe(line);
    assert.ok('command' in piped && piped.pipe !== undefined);
    const { kind } = piped.pipe;
    assert.ok(kind !== 'redirect' && kind !== 'append' && kind !== 'tee');
    const filter = lineFilter(kind, piped.pipe.text);
    assert.ok(filter);
    return [...text.flatMap((one) => filter.take(one)), ...filter.end()];
  };
  const CONFIG = [
    'hostname R1',
    'interface Gi0/0',
    ' ip address 10.0.0.1 255.0.0.0',
    '!',
    'line vty 0 4',
    ' login local',
  ];

  test('include', () => assert.deepEqual(shown('show run | inc host|login', CONFIG), ['hostname R1', ' login local']));
  test('exclude', () =>
    assert.deepEqual(shown('show run | e ^ |!', CONFIG), ['hostname R1', 'interface Gi0/0', 'line vty 0 4']));
  test('begin', () => assert.deepEqual(shown('show run | b line', CONFIG), ['line vty 0 4', ' login local']));
  test('section', () =>
    assert.deepEqual(shown('show run | sec interface', CONFIG), ['interface Gi0/0', ' ip address 10.0.0.1 255.0.0.0']));
  test('count', () =>
    assert.deepEqual(shown('show run | count login|address', CONFIG), ['Number of lines which match regexp = 2']));
  test('a word that is no filter is shown to the letter', () =>
    assert.deepEqual(readPipe('show run | zap x'), { column: 11 }));
  test('nothing to look for is incomplete', () => assert.deepEqual(readPipe('show run | inc'), { incomplete: true }));
  test('an expression that is none gives no filter', () => assert.equal(lineFilter('include', '('), undefined));
});

test('a line longer than the screen takes several rows, unless the screen is as wide as programs ask for', () => {
  assert.equal(rowsOf('x'.repeat(161), 80), 3);
  assert.equal(rowsOf('x'.repeat(900), 511), 1);
  assert.equal(rowsOf('', 80), 1);
});

test('an expression that would take for ever takes no time', () => {
  const filter = lineFilter('include', '(a+)+$');
  const began = performance.now();
  assert.deepEqual(filter?.take(`${'a'.repeat(50_000)}!`), []);
  assert.ok(performance.now() - began < 2_000);
});
