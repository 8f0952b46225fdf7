/** `portcall shell` with the places that URLs open. */
import { resolve } from 'node:path';
import { OpenPlaces } from '../../app/places/open-places.ts';
import { systemClock } from '../../base/clock.ts';
import { copyFile } from '../../files/copy/copy-file.ts';
import { copyTree } from '../../files/copy/copy-tree.ts';
import { hashFile } from '../../files/copy/hash-file.ts';
import { expand } from '../../files/sync/expand.ts';
import { CONNECT_OPTIONS, connectOptions } from '../client/connect-options.ts';
import { createShellCommand, type OpenPlaces as OpenForShell } from './shell.ts';

const open: OpenForShell = async (url, { options, world, signal }) => {
  const places = new OpenPlaces({ ...(await connectOptions(options, world)), signal });
  try {
    const remote = await places.source(url);
    const local = await places.source(resolve(world.cwd));
    return {
      remote: { files: remote.files, start: remote.path, home: remote.home, labelOf: remote.labelOf },
      local: { files: local.files, start: local.path, home: local.path, labelOf: local.labelOf },
      ftp: remote.ftp,
      mover: { copyFile, copyTree, hashFile, expand },
      clock: systemClock,
      [Symbol.asyncDispose]: () => places[Symbol.asyncDispose](),
    };
  } catch (error) {
    await places[Symbol.asyncDispose]();
    throw error;
  }
};

export const shellCommand = createShellCommand(open, CONNECT_OPTIONS);
