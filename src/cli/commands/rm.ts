/** `portcall rm`: removes files, and directories when told to. */
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { at, type OpenedPlace } from '../../app/places/open-places.ts';
import { type Entry, FileError } from '../../files/index.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn } from '../client/connect-options.ts';
import { findAll } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

/** A directory that holds itself must not be gone into for ever. */
const MAX_DEPTH = 64;

async function removeTree(client: Client, place: OpenedPlace, depth: number): Promise<void> {
  const { signal } = client;
  if (depth > MAX_DEPTH)
    throw new FileError('limit', place.path, { detail: `it lies deeper than ${MAX_DEPTH} directories` });
  const entries: Entry[] = [];
  for await (const batch of place.files.list(place.path, { signal })) entries.push(...batch);
  for (const { name, type } of entries) {
    const path = resolvePath(place.path, name);
    if (path === undefined) throw new FileError('bad-name', place.path);
    const inner = at(place, path);
    if (type === 'directory') await removeTree(client, inner, depth + 1);
    else await removeOne(client, inner);
  }
  await place.files.removeDirectory(place.path, { signal });
  tell(client, place);
}

async function removeOne(client: Client, place: OpenedPlace): Promise<void> {
  await place.files.remove(place.path, { signal: client.signal });
  tell(client, place);
}

function tell(client: Client, { label }: OpenedPlace): void {
  if (client.json === 'yes') client.event({ event: 'removed', place: label });
}

async function removeNamed(client: Client, place: OpenedPlace): Promise<void> {
  // The link itself goes, not what it leads to.
  const entry = await place.files.stat(place.path, { signal: client.signal, links: 'stay' });
  if (entry.type !== 'directory') await removeOne(client, place);
  else if (!isOn(client.options, 'recursive')) throw new FileError('is-directory', place.path);
  else await removeTree(client, place, 0);
}

export const rmCommand: CommandRow = clientRow({
  name: 'rm',
  summary: 'remove files and directories',
  examples: [
    ['portcall rm ftp://ann@ftp.example.net/images/old.bin', 'a file'],
    ['portcall rm -r ftp://ann@ftp.example.net/configs', 'a directory with everything in it'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'files, directories or patterns' }],
  options: [
    { flags: '-r, --recursive', summary: 'directories with everything in them' },
    { flags: '-f, --force', summary: 'what is not there is no failure' },
    { flags: '--json', summary: 'one JSON object a line' },
  ],
  async act(client, urls) {
    for (const url of urls) {
      try {
        const found = await findAll(client, await client.places.source(url));
        if (found.some(({ place }) => place.path === ROOT || (place.where === 'remote' && place.path === place.home)))
          throw new CommandError(EXIT.wrongUsage, `${url} is a whole place; name what is in it`);
        for (const { place } of found) await removeNamed(client, place);
      } catch (error) {
        const isGone = error instanceof FileError && error.kind === 'not-found';
        if (isGone && isOn(client.options, 'force')) continue;
        if (urls.length === 1) throw error;
        client.fail(error, url);
      }
    }
    return EXIT.done;
  },
});
