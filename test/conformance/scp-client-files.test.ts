/** The client of SCP keeps the contract of all file systems as far as the protocol goes, against our own server. */
import { decodeName } from '../../src/base/name.ts';
import { memoryFileSystem } from '../../src/files/index.ts';
import { connectScp } from '../../src/protocols/scp/client/connect-scp.ts';
import { serveScp } from '../../src/protocols/scp/server/serve-scp.ts';
import type { RemoteProgram } from '../../src/protocols/ssh/channel/byte-channel.ts';
import { channelPair, testSession } from '../support/sftp-pair.ts';
import { describeFileSystem, type Made } from './files.ts';

async function overScp(): Promise<Made> {
  const memory = memoryFileSystem();
  const files = await connectScp({
    names: 'absolute',
    exec(command) {
      const { client, server, exited } = channelPair();
      const session = testSession(memory);
      const { account, observe, clock, activity, uploadOwner, access, startDirectory, beginTransfer, signal } = session;
      const origin = { ...session.origin, protocol: 'scp' } as const;
      const rest = { account, observe, clock, activity, uploadOwner, access, startDirectory, beginTransfer, signal };
      void serveScp(server, decodeName(command), { ...rest, origin });
      const program: RemoteProgram = {
        complaints: new Uint8Array(),
        exited,
        read: () => client.read(),
        write: (bytes) => client.write(bytes),
        end: () => client.end(),
        destroy: () => client.destroy(),
      };
      return Promise.resolve(program);
    },
  });
  return { fileSystem: files, dispose: () => files.close() };
}

const REMOVES = 'SCP removes nothing';
const RENAMES = 'SCP renames nothing';
const WHOLE = 'SCP writes whole files only, in their order';

describeFileSystem('a client of SCP', overScp, {
  skips: {
    'what is not there is not found': REMOVES,
    'kinds are not confused': 'a directory is told as what is no regular file, as by OpenSSH',
    'directories are made and removed': REMOVES,
    'files are removed': REMOVES,
    'names with blanks, letters of the world and raw bytes are kept': 'they are, and the case removes them at its end',
    'rename moves a file, and replaces one': RENAMES,
    'rename moves a directory with what is in it, and never over or into one': RENAMES,
    'a rename has the old name judged first, and a directory as a tree': RENAMES,
    'a name is 255 bytes at most': 'the server refuses it in words of its own',
    'writes may overlap and come in any order': WHOLE,
    'a new name stays new, also when somebody takes it during the upload': WHOLE,
    'from an offset: the bytes before it and beyond what is written stay': WHOLE,
    'an offset behind the end is refused': WHOLE,
    'from the end: behind what is there, or from 0': WHOLE,
    'a guard is told what each call is about to do, and where': RENAMES,
  },
});
