/** Plays every transcript of `ios/`, and sees to it that every command of the device is typed in one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { CommandRow } from '../../src/device/command.ts';
import { ALL_COMMANDS, grammarsOf } from '../../src/device/grammars.ts';
import { parseLine } from '../../src/device/grammar/parse.ts';
import { PLATFORMS } from '../../src/device/platforms/catalogue.ts';
import { type IosTranscript, parseIosTranscript, playIosTranscript } from '../support/ios-transcript.ts';

const FOLDER = join(import.meta.dirname, 'ios');
const transcripts = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => [name, parseIosTranscript(readFileSync(join(FOLDER, name), 'utf8'))]),
);

for (const [name, transcript] of transcripts) test(name, () => playIosTranscript(transcript));

const grammars = new Map([...PLATFORMS].map(([name, platform]) => [name, grammarsOf(platform)]));
const MODES = ['exec', 'config', 'config-if', 'config-line', 'config-vlan', 'config-router', 'config-archive'] as const;

/** Rows that a line may mean, in whichever mode it was typed. */
function meantBy(line: string, grammar: ReturnType<typeof grammarsOf>): readonly CommandRow[] {
  return MODES.flatMap((mode) => {
    const parsed = parseLine(grammar(mode, 15), line.replace(/^(do|no|default) /, ''), { tail: 'optional' });
    return parsed.outcome === 'command' ? [parsed.row] : [];
  });
}

function typedRows({ head, steps }: IosTranscript): readonly CommandRow[] {
  const platform = head.find(([name]) => name === 'platform')?.[1] ?? 'c2911';
  const grammar = grammars.get(platform);
  const lines = [...steps.flatMap(({ typed }) => typed ?? []), ...head.map(([, value]) => value)];
  return grammar === undefined ? [] : lines.flatMap((line) => meantBy(line.split(' | ')[0] ?? '', grammar));
}

test('every command is typed in a transcript', () => {
  const typed = new Set([...transcripts.values()].flatMap(typedRows));
  const silent = ALL_COMMANDS.filter((row) => !typed.has(row)).map(
    ({ syntax, modes = ['exec'] }) => `${modes[0]}: ${syntax}`,
  );
  assert.deepEqual(silent, []);
});
