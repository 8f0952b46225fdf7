/** `portcall mkdir`: makes directories. */
import { componentsOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { isOn } from '../client/flag-values.ts';
import { forEach } from '../client/for-each.ts';
import { standing } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import type { OpenedPlace } from '../../app/places/open-places.ts';
import { EXIT } from '../exit-code.ts';

/** Every directory of the way that is missing. */
async function makeAll(client: Client, place: OpenedPlace): Promise<void> {
  let path: VirtualPath = ROOT;
  for (const component of componentsOf(place.path)) {
    path = resolvePath(path, component) ?? path;
    const there = await standing({ ...place, path }, client.signal);
    if (there === undefined) await place.files.makeDirectory(path, { signal: client.signal });
    else if (there.type === 'file') throw new FileError('not-directory', path);
  }
}

export const mkdirCommand: CommandRow = clientRow({
  name: 'mkdir',
  summary: 'make directories',
  examples: [
    ['portcall mkdir -p ftp://ann@ftp.example.net/images/c2911', 'with those above it, where they are missing'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'directories' }],
  options: [{ flags: '-p, --parents', summary: 'those above it too; one that is there already is no failure' }],
  async act(client, urls) {
    await forEach(client, urls, {
      label: withoutPassword,
      async act(url) {
        const place = await client.places.source(url);
        if (isOn(client.options, 'parents')) await makeAll(client, place);
        else await place.files.makeDirectory(place.path, { signal: client.signal });
        if (client.json === 'yes') client.event({ event: 'made', place: place.label });
      },
    });
    return EXIT.done;
  },
});
