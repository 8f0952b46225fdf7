/** The client of SFTP keeps the contract of all file systems, against our own server and against OpenSSH's. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { localFileSystem, memoryFileSystem } from '../../src/files/index.ts';
import { connectSftp } from '../../src/protocols/sftp/client/connect-sftp.ts';
import { below } from '../support/below.ts';
import { sftpProgram, needsSftpProgram } from '../support/peers/sftp-program.ts';
import { servedOver } from '../support/sftp-pair.ts';
import { describeFileSystem, type Made } from './files.ts';

async function overOpenSsh(): Promise<Made> {
  const folder = await mkdtemp(join(tmpdir(), 'portcall-sftp-'));
  const files = await connectSftp({ open: () => Promise.resolve(sftpProgram(folder).channel) });
  return {
    fileSystem: below(files, files.home),
    async dispose() {
      await files.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function overOurs(): Promise<Made> {
  const root = await mkdtemp(join(tmpdir(), 'portcall-sftp-'));
  const local = localFileSystem({ root });
  const files = await connectSftp({ open: () => Promise.resolve(servedOver(local)) });
  return {
    fileSystem: files,
    async dispose() {
      await files.close();
      local.close();
      await rm(root, { recursive: true, force: true });
    },
  };
}

async function overMemory(): Promise<Made> {
  const memory = memoryFileSystem();
  const files = await connectSftp({ open: () => Promise.resolve(servedOver(memory)) });
  return { fileSystem: files, dispose: () => files.close() };
}

const WHOLE_SECONDS = { 'mode and times are set, also one time alone': 'version 3 of SFTP tells whole seconds' };

describeFileSystem('a client of SFTP at our own server, over a disk', overOurs, { skips: WHOLE_SECONDS });
describeFileSystem('a client of SFTP at our own server, in memory', overMemory, { skips: WHOLE_SECONDS });
describeFileSystem('a client of SFTP at OpenSSH', overOpenSsh, {
  skips: {
    ...WHOLE_SECONDS,
    'directories are made and removed': 'what is the root here is a directory there, which may be removed',
    'free space is a number': 'it tells the space of what exists only',
  },
  ...(needsSftpProgram.skip !== false && { skip: needsSftpProgram.skip }),
});
