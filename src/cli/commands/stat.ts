/** `portcall stat`: what is known of a name. */
import { printable } from '../../base/escape.ts';
import type { Entry } from '../../files/index.ts';
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { entryJson } from '../client/json-line.ts';
import { findEach, type Found } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

const FACTS: readonly (readonly [string, (entry: Entry) => string | undefined])[] = [
  ['type', ({ type }) => type],
  ['size', ({ type, sizeBytes }) => (type === 'file' ? `${sizeBytes} bytes` : undefined)],
  ['modified', ({ modifiedMs }) => (modifiedMs === 0 ? undefined : new Date(modifiedMs).toISOString())],
  ['mode', ({ mode }) => mode?.toString(8).padStart(4, '0')],
  ['owner', ({ ownerId }) => ownerId?.toString()],
  ['group', ({ groupId }) => groupId?.toString()],
  ['leads to', ({ linkTarget }) => linkTarget],
  ['unique id', ({ uniqueId }) => uniqueId],
];
const WIDTH = 10;

export const statCommand: CommandRow = clientRow({
  name: 'stat',
  summary: 'show what is known of a file or directory',
  examples: [['portcall stat ftp://ftp.example.net/images/c2911.bin', 'type, size, time']],
  arguments: [{ syntax: '<url...>', summary: 'files, directories or patterns' }],
  options: [],
  async act(client, urls) {
    for (const found of await findEach(client, urls)) show(client, found);
    return EXIT.done;
  },
});

function show(client: Client, { place, entry }: Found): void {
  client.did();
  if (client.json === 'yes') {
    client.event({ event: 'entry', place: place.label, ...entryJson(entry, place.path) });
    return;
  }
  client.world.stdout.write(`${printable(place.label)}\n`);
  for (const [name, read] of FACTS) {
    const value = read(entry);
    if (value !== undefined) client.world.stdout.write(`  ${name.padEnd(WIDTH)} ${printable(value)}\n`);
  }
}
