/** `portcall ls`: what is in a directory. */
import { resolvePath, type VirtualPath } from '../../base/virtual-path.ts';
import { printable } from '../../base/escape.ts';
import { at, type OpenedPlace } from '../../app/places/open-places.ts';
import type { Entry } from '../../files/index.ts';
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn } from '../client/connect-options.ts';
import { entryJson } from '../client/json-line.ts';
import { longLine } from '../client/long-line.ts';
import { findAll, type Found } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

/** Up to so many names are sorted; more are shown as they come, so that memory has a bound. */
const MOST_SORTED = 100_000;
/** Directories inside one another that -R goes into. */
const MAX_DEPTH = 64;

function show(client: Client, path: string, entry: Entry): void {
  if (client.json === 'yes') client.event({ event: 'entry', ...entryJson(entry, path) });
  else client.world.stdout.write(`${isOn(client.options, 'long') ? longLine(entry) : printable(entry.name)}\n`);
}

const byName = (one: Entry, other: Entry): number => (one.name < other.name ? -1 : one.name > other.name ? 1 : 0);

const isShown = ({ options }: Client, { name }: Entry): boolean => isOn(options, 'all') || !name.startsWith('.');

const joined = (directory: VirtualPath, name: string): VirtualPath => resolvePath(directory, name) ?? directory;

async function listOne(client: Client, place: OpenedPlace, depth: number): Promise<void> {
  const { signal, options } = client;
  const onIssue = ({ line, why }: { readonly line: string; readonly why: string }): void =>
    client.warn(`${place.label}: a line was not understood (${why}): ${line}`);
  let held: Entry[] = [];
  let isSorting = true;
  const flush = (): void => {
    for (const entry of held.toSorted(byName)) show(client, joined(place.path, entry.name), entry);
  };
  const below: Entry[] = [];
  for await (const batch of place.files.list(place.path, { signal, onIssue })) {
    held.push(...batch.filter((entry) => isShown(client, entry)));
    if (isOn(options, 'recursive')) below.push(...held.filter(({ type }) => type === 'directory'));
    if (isSorting && held.length <= MOST_SORTED) continue;
    isSorting = false;
    flush();
    held = [];
  }
  flush();
  if (!isOn(options, 'recursive')) return;
  for (const { name } of [...new Set(below)].sort(byName))
    await listBelow(client, at(place, joined(place.path, name)), depth);
}

async function listBelow(client: Client, place: OpenedPlace, depth: number): Promise<void> {
  if (depth >= MAX_DEPTH) {
    client.warn(`${place.label} lies deeper than ${MAX_DEPTH} directories and is left out`);
    return;
  }
  if (client.json === 'no') client.world.stdout.write(`\n${printable(place.label)}:\n`);
  try {
    await listOne(client, place, depth + 1);
  } catch (error) {
    client.fail(error, place.label);
  }
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
    { flags: '--json', summary: 'one JSON object a line' },
  ],
  async act(client, urls) {
    for (const url of urls) {
      const found = await findAll(client, await client.places.source(url));
      for (const one of found) await listFound(client, one, { isOneOfMany: urls.length + found.length > 2 });
    }
    return EXIT.done;
  },
});

async function listFound(
  client: Client,
  { place, entry }: Found,
  { isOneOfMany }: { readonly isOneOfMany: boolean },
): Promise<void> {
  if (entry.type === 'directory') {
    if (isOneOfMany && client.json === 'no') client.world.stdout.write(`${printable(place.label)}:\n`);
    await listOne(client, place, 0);
  } else show(client, place.path, entry);
}
