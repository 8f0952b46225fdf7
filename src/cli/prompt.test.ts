/** A password is read as it was typed, and never shown. */
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { readPassword } from './prompt.ts';
import type { Input } from './world.ts';

/** A terminal on which these keys are pressed; `raw` records the modes. */
function terminal(...chunks: readonly string[]) {
  const raw: boolean[] = [];
  const shown: string[] = [];
  const input: Input = {
    isTTY: true,
    setRawMode: (mode) => raw.push(mode),
    [Symbol.asyncIterator]: () => Readable.from(chunks.map((chunk) => Buffer.from(chunk)))[Symbol.asyncIterator](),
  };
  return { input, raw, shown, output: { writableLength: 0, write: (text: string) => shown.push(text) } };
}

test('at a terminal: asked twice, corrected with backspace, not shown', async () => {
  const { input, output, raw, shown } = terminal('gehé', '\x7f', 'eim\r', 'geheim\n');
  assert.equal(await readPassword(input, output), 'geheim');
  assert.deepEqual(raw, [true, false]);
  assert.equal(shown.join(''), 'Password: \nThe same again: \n');
});

test('two entries that differ are refused, and Ctrl-C interrupts; the terminal is set right again', async () => {
  const differing = terminal('a\r', 'b\r');
  await assert.rejects(readPassword(differing.input, differing.output), { exitCode: 1, message: /differ/ });
  const interrupted = terminal('a\x03');
  await assert.rejects(readPassword(interrupted.input, interrupted.output), { exitCode: 130 });
  assert.deepEqual(interrupted.raw, [true, false]);
});

test('piped in: the first line, without its end', async () => {
  for (const text of ['secret\nmore', 'secret\r\n', 'secret']) {
    const { input, output } = terminal(text);
    assert.equal(await readPassword({ ...input, isTTY: false }, output), 'secret');
  }
});
