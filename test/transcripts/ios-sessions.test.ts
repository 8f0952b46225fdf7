/** Plays every transcript of `ios-sessions/`: several lines of a device, time that passes, doors, and real servers. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseIosTranscript } from '../support/session-transcript.ts';
import { playIosTranscript } from '../support/play-session-transcript.ts';

const FOLDER = join(import.meta.dirname, 'ios-sessions');
const transcripts = new Map(
  readdirSync(FOLDER)
    .filter((name) => name.endsWith('.txt'))
    .map((name) => [name, parseIosTranscript(readFileSync(join(FOLDER, name), 'utf8'))]),
);

for (const [name, transcript] of transcripts) test(name, { timeout: 60_000 }, () => playIosTranscript(transcript));
