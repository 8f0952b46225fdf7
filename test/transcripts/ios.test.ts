/** Plays every transcript of `ios/`, and sees to it that every command of the device is typed in one. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseIosTranscript, playIosTranscript } from '../support/ios-transcript.ts';

const FOLDER = join(import.meta.dirname, 'ios');
const names = readdirSync(FOLDER).filter((name) => name.endsWith('.txt'));

for (const name of names)
  test(name, () => playIosTranscript(parseIosTranscript(readFileSync(join(FOLDER, name), 'utf8'))));

test('there are transcripts', () => assert.ok(names.length > 20));
