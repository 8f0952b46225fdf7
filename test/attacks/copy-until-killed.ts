/** Copies `/a` to `/b` below a folder, tells its parent when so many bytes were read, and then waits to be killed. */
import { join } from 'node:path';
import process from 'node:process';
import { resumeRecords } from '../../src/app/resume-records.ts';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { copyFile, localFileSystem, type ResumeRecords } from '../../src/files/index.ts';
import { hooked, inPieces, placeOf } from '../support/copy.ts';

const [root = '', untilBytes = '0', segments = '1'] = process.argv.slice(2);
// It moves with the bytes, so that records are saved now and then.
const clock = createManualClock();
const never = new Promise<void>(() => undefined);
// Nothing else keeps the process alive.
setInterval(() => undefined, 60_000);

const kept = resumeRecords(join(root, 'records'), clock);
/** A machine under load saves late: reads wait for it, so that what was recorded depends on bytes alone. */
let saved: Promise<void> = Promise.resolve();
const records: ResumeRecords = { ...kept, save: (key, record) => (saved = kept.save(key, record)) };

let readBytes = 0;
const source = hooked(localFileSystem({ root: join(root, 'source') }), {
  async read(piece) {
    readBytes += piece.length;
    clock.advance(300);
    await saved;
    if (readBytes < Number(untilBytes)) return;
    process.send?.('enough');
    await never;
  },
});
await copyFile(placeOf(source, '/a', 'from'), placeOf(localFileSystem({ root: join(root, 'target') }), '/b', 'to'), {
  clock,
  resume: 'if-possible',
  segments: Number(segments),
  records,
  pace: inPieces(64 * 1024),
});
