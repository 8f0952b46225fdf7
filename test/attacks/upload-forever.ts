/** Run in a child process: uploads one of two whole contents over the same file, again and again, until it is killed. */
import process from 'node:process';
import { localFileSystem } from '../../src/files/index.ts';
import { path } from '../conformance/files-probe.ts';
import { PIECE_BYTES, PIECES } from './upload-content.ts';

const [root = ''] = process.argv.slice(2);
const files = localFileSystem({ root });
process.send?.('ready');
for (let round = 0; ; round += 1) {
  const piece = new Uint8Array(PIECE_BYTES).fill(round % 2 === 0 ? 0x41 : 0x42);
  const upload = await files.openUpload(path('/target'), { owner: 'ann' });
  for (let index = 0; index < PIECES; index += 1) await upload.write(piece, index * PIECE_BYTES);
  if (round % 5 === 4) await upload.keep();
  else await upload.commit();
}
