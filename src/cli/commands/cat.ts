/** `portcall cat`: files to standard output. */
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { findAll } from '../client/move.ts';
import { writeFileOut } from '../client/write-out.ts';
import { EXIT } from '../exit-code.ts';

export const catCommand: CommandRow = clientRow({
  name: 'cat',
  summary: 'write files to standard output',
  examples: [['portcall cat ftp://ftp.example.net/configs/sw1.cfg', 'shows a file']],
  arguments: [{ syntax: '<url...>', summary: 'files' }],
  options: [],
  async act(client, urls) {
    for (const url of urls)
      for (const { place, entry } of await findAll(client, await client.places.source(url)))
        if ((await writeFileOut(client, place, entry)) === 'reader-gone') return EXIT.done;
    return EXIT.done;
  },
});
