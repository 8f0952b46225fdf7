/** A program that moves one file between a folder and an FTP server, for tests that kill it. Told everything by its words. */
import process from 'node:process';
import { resumeRecords } from '../../src/app/resume-records.ts';
import { systemClock } from '../../src/base/clock.ts';
import { copyFile } from '../../src/files/copy/copy-file.ts';
import { localFileSystem } from '../../src/files/index.ts';
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { path } from '../conformance/files-probe.ts';

const [direction = '', port = '', user = '', password = '', remote = '', folder = '', state = '', rate = ''] =
  process.argv.slice(2);

const files = await connectFtp({ host: '127.0.0.1', port: Number(port), user, password, retry: { attempts: 1 } });
const there = { files, path: path(remote), label: `ftp://server${remote}` };
const here = { files: localFileSystem({ root: folder }), path: path('/file'), label: '/folder/file' };
const [from, to] = direction === 'get' ? [there, here] : [here, there];

const report = await copyFile(from, to, {
  clock: systemClock,
  resume: 'if-possible',
  verify: 'size',
  records: resumeRecords(state, systemClock),
  rateBytesPerSecond: Number(rate),
  retry: { attempts: 1, firstDelayMs: 1, maxDelayMs: 1 },
  onEvent: (event) => {
    if (event.kind === 'started') process.stdout.write('begun\n');
  },
});
process.stdout.write(`resumed at ${report.resumedAtBytes}\n`);
await files.close();
