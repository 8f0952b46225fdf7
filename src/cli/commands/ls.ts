/** `portcall ls`: what is in a directory. */
import { resolvePath } from '../../base/virtual-path.ts';
import { printable } from '../../base/escape.ts';
import { at, type OpenedPlace } from '../../app/places/open-places.ts';
import type { Entry } from '../../files/index.ts';
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn } from '../client/flag-values.ts';
import { entryJson } from '../client/json-line.ts';
import { longLine } from '../client/long-line.ts';
import { forEach } from '../client/for-each.ts';
import { findEach, type Found } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

/** Up to so many names are sorted; more are shown as they come, so that memory has a bound. */
const MOST_SORTED = 100_000;
/** Directories inside one another that -R goes into. */
const MAX_DEPTH = 64;

function show(client: Client, place: OpenedPlace, entry: Entry): void {
  if (client.json === 'yes') client.event({ event: 'entry', place: place.label, ...entryJson(entry, place.path) });
  else client.world.stdout.write(`${isOn(client.options, 'long') ? longLine(entry) : printable(entry.name)}\n`);
}

const byName = (one: Entry, other: Entry): number => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

const isShown = ({ options }: Client, { name }: Entry): boolean => isOn(options, 'all') || !name.startsWith('.');

const inside = (directory: OpenedPlace, name: string): OpenedPlace =>
  at(directory, resolvePath(directory.path, name) ?? directory.path);

/** Shows what is in a directory, sorted while that has a bound; gives the directories in it. */
async function listOne(client: Client, place: OpenedPlace): Promise<Entry[]> {
  const { signal, options } = client;
  const onIssue = ({ line, why }: { readonly line: string; readonly why: string }): void =>
    client.warn(`${place.label}: a line was not understood (${why}): ${line}`);
  const directories: Entry[] = [];
  let held: Entry[] | undefined = [];
  const flush = (entries: readonly Entry[]): void => {
    for (const entry of entries) show(client, inside(place, entry.name), entry);
  };
  for await (const batch of place.files.list(place.path, { signal, onIssue })) {
    const entries = batch.filter((entry) => isShown(client, entry));
    if (isOn(options, 'recursive')) directories.push(...entries.filter(({ type }) => type === 'directory'));
    if (held === undefined) flush(entries);
    else held.push(...entries);
    if (held === undefined || held.length <= MOST_SORTED) continue;
    flush(held);
    held = undefined;
  }
  if (held !== undefined) flush(held.sort(byName));
  return directories;
}

async function listDeep(client: Client, place: OpenedPlace, depth: number): Promise<void> {
  for (const { name } of (await listOne(client, place)).sort(byName)) {
    const inner = inside(place, name);
    if (depth >= MAX_DEPTH) {
      client.warn(`${inner.label} lies deeper than ${MAX_DEPTH} directories and is left out`);
      continue;
    }
    if (client.json === 'no') client.world.stdout.write(`\n${printable(inner.label)}:\n`);
    try {
      await listDeep(client, inner, depth + 1);
    } catch (error) {
      client.fail(error, inner.label);
    }
  }
}

/** Files and links first, then each directory below its name, as ls does. */
async function listAll(client: Client, found: readonly Found[]): Promise<void> {
  const directories = found.filter(({ entry }) => entry.type === 'directory');
  const others = found.filter(({ entry }) => entry.type !== 'directory');
  for (const { place, entry } of others) {
    show(client, place, entry);
    client.did();
  }
  const hasTitles = client.json === 'no' && found.length > 1;
  let gap = others.length > 0 ? '\n' : '';
  await forEach(client, directories, {
    label: ({ place }) => place.label,
    async act({ place }) {
      if (hasTitles) client.world.stdout.write(`${gap}${printable(place.label)}:\n`);
      gap = '\n';
      await listDeep(client, place, 0);
    },
  });
}

export const lsCommand: CommandRow = clientRow({
  name: 'ls',
  summary: 'list what is there',
  examples: [
    ['portcall ls ftp://ftp.example.net/images', 'names'],
    ['portcall ls -l ftps://ann@ftp.example.net', 'types, sizes and times'],
    ['portcall ls --json ftp://ftp.example.net/images | jq .name', 'one JSON object a line'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'directories, files or patterns' }],
  options: [
    { flags: '-l, --long', summary: 'types, permissions, sizes and times (UTC) too' },
    { flags: '-a, --all', summary: 'names that begin with a dot too' },
    { flags: '-R, --recursive', summary: 'what is in the directories too' },
  ],
  async act(client, urls) {
    await listAll(client, await findEach(client, urls));
    return EXIT.done;
  },
});
