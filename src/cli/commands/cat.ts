/** `portcall cat`: files to standard output. */
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { findEach } from '../client/move.ts';
import { writeOutAll } from '../client/write-out.ts';

export const catCommand: CommandRow = clientRow({
  name: 'cat',
  summary: 'write files to standard output',
  examples: [
    ['portcall cat ftp://ftp.example.net/configs/sw1.cfg', 'shows a file'],
    ["portcall cat 'ftp://ftp.example.net/configs/*.cfg' | grep hostname", 'several, one after another'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'files or patterns' }],
  options: [],
  act: async (client, urls) => await writeOutAll(client, await findEach(client, urls, 'to-read')),
});
