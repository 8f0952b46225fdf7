/** Copies `/a` to `/b` below a folder, tells its parent when so many bytes were read, and then waits to be killed. */
import { join } from 'node:path';
import process from 'node:process';
import { resumeRecords } from '../../src/app/resume-records.ts';
import { createManualClock } from '../../src/base/manual-clock.ts';
import { copyFile, localFileSystem } from '../../src/files/index.ts';
import { hooked, inPieces, placeOf } from '../support/copy.ts';

const [root = '', untilBytes = '0', segments = '1'] = process.argv.slice(2);
// It moves with the bytes, so that records are saved now and then.
const clock = createManualClock();
const never = new Promise<void>(() => undefined);
// Nothing else keeps the process alive.
setInterval(() => undefined, 60_000);

let readBytes = 0;
const source = hooked(localFileSystem({ root: join(root, 'source') }), {
  read(piece) {
    readBytes += piece.length;
    clock.advance(300);
    if (readBytes < Number(untilBytes)) return undefined;
    process.send?.('enough');
    return never;
  },
});
await copyFile(placeOf(source, '/a', 'from'), placeOf(localFileSystem({ root: join(root, 'target') }), '/b', 'to'), {
  clock,
  resume: 'if-possible',
  segments: Number(segments),
  records: resumeRecords(join(root, 'records'), clock),
  pace: inPieces(64 * 1024),
});
