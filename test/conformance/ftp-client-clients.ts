/** The clients of FTP that are put to the contract of all file systems: before our own server, new and old. */
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import type { FtpClientOptions } from '../../src/protocols/ftp/client/options.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { olderServer } from '../support/older-server.ts';
import type { Made } from './files.ts';

/** What FTP cannot do: no server offers a command for it, or none could. */
export const SKIPS = {
  'writes may overlap and come in any order': 'over FTP bytes are written in order',
  'mode and times are set, also one time alone': 'FTP sets whole seconds, and no access times',
  'a file is cut and grown': 'FTP has no command for it',
};

/** Between two reads another call has the only connection, and RETR then opens the file by its name again. */
export const ONE_CONNECTION_SKIPS = {
  ...SKIPS,
  'a long listing comes in batches and whole': 'the same as above, and long',
  'a reader keeps the file that it opened':
    'with one connection a reader gives way, and opens the file again by its name',
};

/** LIST and SIZE show no modes. */
export const OLD_SKIPS = {
  ...SKIPS,
  'a long listing comes in batches and whole': 'the same as above, and long',
  'the permission bits of a replaced file are carried over': 'only a listing shows modes there, which costs too much',
};

export const made = (options: Partial<FtpClientOptions>) => async (): Promise<Made> => {
  const server = await startTestServer();
  const { host, port } = server;
  const fileSystem = await connectFtp({ host, port, user: 'u', password: 'p', ...options });
  return {
    fileSystem,
    dispose: async () => {
      await fileSystem.close();
      await server[Symbol.asyncDispose]();
    },
  };
};

export const madeOld = (without: readonly string[]) => async (): Promise<Made> => {
  const server = await startTestServer();
  const old = await olderServer(server, without);
  const fileSystem = await connectFtp({ host: old.host, port: old.port, user: 'u', password: 'p' });
  return {
    fileSystem,
    dispose: async () => {
      await fileSystem.close();
      await old[Symbol.asyncDispose]();
      await server[Symbol.asyncDispose]();
    },
  };
};

/** Nothing but RFC 959. */
export const OLDEST_SKIPS = {
  ...OLD_SKIPS,
  'what was put is found, read and listed': 'without MDTM a time is known to the minute',
};
export const NEWER_VERBS = ['FEAT', 'MLST', 'MLSD', 'SIZE', 'MDTM', 'MFMT', 'REST', 'EPSV'];
