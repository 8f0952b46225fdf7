/** `portcall rm`: removes files, and directories when told to. */
import { printable } from '../../base/escape.ts';
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { at, type OpenedPlace } from '../../app/places/open-places.ts';
import { type Entry, FileError } from '../../files/index.ts';
import { withoutPassword } from '../../app/places/place-url.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn } from '../client/flag-values.ts';
import { forEach } from '../client/for-each.ts';
import { findAll, type Found } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

/** A directory that holds itself must not be gone into for ever. */
const MAX_DEPTH = 64;

/** What a shell stands in would be gone from under it. */
const holdsCwd = ({ world: { cwd } }: Client, { place: { where, label } }: Pick<Found, 'place'>): boolean =>
  where === 'here' && `${cwd}/`.startsWith(label.endsWith('/') ? label : `${label}/`);

/** Everything at a place: its root, or the directory of the login, which itself is never removed. */
const isWhole = ({ place }: Pick<Found, 'place'>): boolean =>
  place.path === ROOT || (place.where === 'remote' && place.path === place.home);

type Outcome = 'gone' | 'stays';

/** Removes what can be removed; what cannot is told, and what holds it stays. */
async function removeTree(client: Client, place: OpenedPlace, depth: number): Promise<Outcome> {
  const { signal } = client;
  if (depth > MAX_DEPTH)
    throw new FileError('limit', place.path, { detail: `it lies deeper than ${MAX_DEPTH} directories` });
  const entries: Entry[] = [];
  for await (const batch of place.files.list(place.path, { signal })) entries.push(...batch);
  let outcome: Outcome = 'gone';
  for (const entry of entries) if ((await removeInner(client, place, entry, depth)) === 'stays') outcome = 'stays';
  if (outcome === 'stays' || isWhole({ place })) return 'stays';
  await place.files.removeDirectory(place.path, { signal });
  tell(client, place);
  return 'gone';
}

async function removeInner(client: Client, parent: OpenedPlace, entry: Entry, depth: number): Promise<Outcome> {
  const path = resolvePath(parent.path, entry.name);
  // Nothing but a name that leads elsewhere gives the directory itself, or none.
  if (path === undefined || path === parent.path) throw new FileError('bad-name', parent.path);
  const place = at(parent, path);
  try {
    if (entry.type === 'directory') return await removeTree(client, place, depth + 1);
    await removeOne(client, place);
    return 'gone';
  } catch (error) {
    client.fail(error, place.label);
    return 'stays';
  }
}

async function removeOne(client: Client, place: OpenedPlace): Promise<void> {
  await place.files.remove(place.path, { signal: client.signal });
  tell(client, place);
}

function tell(client: Client, { label }: OpenedPlace): void {
  client.did();
  if (client.json === 'yes') client.event({ event: 'removed', place: label });
  else if (isOn(client.options, 'verbose')) client.world.stderr.write(`removed ${printable(label)}\n`);
}

async function removeNamed(client: Client, place: OpenedPlace): Promise<void> {
  // The link itself goes, not what it leads to.
  const entry = await place.files.stat(place.path, { signal: client.signal, links: 'stay' });
  if (entry.type !== 'directory') await removeOne(client, place);
  else if (isOn(client.options, 'recursive')) await removeTree(client, place, 0);
  else throw new CommandError(EXIT.failed, `${place.label} is a directory; -r removes directories`);
}

/** What the words stand for; what is not there is no failure with -f. */
async function findRemovable(client: Client, urls: readonly string[]): Promise<Found[]> {
  const found: Found[] = [];
  await forEach(client, urls, {
    label: withoutPassword,
    counts: 'failures',
    async act(url) {
      try {
        found.push(...(await findAll(client, await client.places.source(url))));
      } catch (error) {
        const isGone = error instanceof FileError && error.kind === 'not-found';
        if (!isGone || !isOn(client.options, 'force')) throw error;
      }
    },
  });
  return found;
}

export const rmCommand: CommandRow = clientRow({
  name: 'rm',
  summary: 'remove files and directories',
  examples: [
    ['portcall rm ftp://ann@ftp.example.net/images/old.bin', 'a file'],
    ["portcall rm 'ftp://ann@ftp.example.net/images/*.old'", 'patterns are expanded by Portcall'],
    ['portcall rm -r ftp://ann@ftp.example.net/configs', 'a directory with everything in it'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'files, directories or patterns' }],
  options: [
    { flags: '-r, --recursive', summary: 'directories with everything in them; nothing is asked' },
    { flags: '-f, --force', summary: 'what is not there is no failure' },
    {
      flags: '--yes',
      summary: 'also everything at a place: its root, the directory of the login, or what one stands in',
    },
    { flags: '-v, --verbose', summary: 'say what was removed' },
  ],
  async act(client, urls) {
    const found = await findRemovable(client, urls);
    const isCareless = !isOn(client.options, 'yes');
    const [whole, around] = [found.find(isWhole), found.find((one) => holdsCwd(client, one))];
    if (isCareless && whole !== undefined)
      throw new CommandError(
        EXIT.wrongUsage,
        `${whole.place.label} is everything at that place; name what is in it, or say --yes`,
      );
    if (isCareless && around !== undefined)
      throw new CommandError(
        EXIT.wrongUsage,
        `${around.place.label} holds the working directory; say --yes if it is meant`,
      );
    await forEach(client, found, {
      label: ({ place }) => place.label,
      counts: 'failures',
      act: ({ place }) => removeNamed(client, place),
    });
    return EXIT.done;
  },
});
