/** The client's file system keeps the contract of all file systems, against our own server. */
import { connectFtp } from '../../src/protocols/ftp/client/connect-ftp.ts';
import { startTestServer } from '../support/ftp-server.ts';
import { describeFileSystem, type Made } from './files.ts';

/** What FTP cannot do: no server offers a command for it, or none could. */
const SKIPS = {
  'writes may overlap and come in any order': 'over FTP bytes are written in order',
  'two sessions cannot both have what was interrupted': 'FTP has no lock, so two clients of one owner share a part',
  'mode and times are set, also one time alone': 'FTP sets whole seconds, and no access times',
  'a file is cut and grown': 'FTP has no command for it',
};

async function make(): Promise<Made> {
  const server = await startTestServer();
  const fileSystem = await connectFtp({ host: server.host, port: server.port, user: 'u', password: 'p' });
  return {
    fileSystem,
    dispose: async () => {
      await fileSystem.close();
      await server[Symbol.asyncDispose]();
    },
  };
}

describeFileSystem('a client of FTP', make, { skips: SKIPS });
