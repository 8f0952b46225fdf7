/** `portcall get`: fetches files and directories. */
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { textOf } from '../client/connect-options.ts';
import { findAll, moveAll, type Found } from '../client/move.ts';
import { MOVING_OPTIONS } from '../client/moving-options.ts';
import { writeFileOut } from '../client/write-out.ts';
import { EXIT } from '../exit-code.ts';

export const getCommand: CommandRow = clientRow({
  name: 'get',
  summary: 'fetch files and directories',
  examples: [
    ['portcall get ftp://ftp.example.net/images/c2911.bin', 'into the working directory'],
    [
      'portcall get --resume --parallel 4 ftps://ann@ftp.example.net/big.iso -o /srv/',
      'four connections, continued if it was cut',
    ],
    ["portcall get 'ftp://ftp.example.net/images/*.bin' -o images", 'patterns are expanded by Portcall'],
    ['portcall get -r ftp://ftp.example.net/configs', 'a whole directory'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'what to fetch; the last part may be a pattern' }],
  options: [
    { flags: '-o, --output <path>', summary: 'where to put it: a directory, a name, or - for standard output' },
    ...MOVING_OPTIONS,
  ],
  async act(client, urls) {
    const output = textOf(client.options, 'output') ?? '.';
    const found: Found[] = [];
    for (const url of urls) {
      try {
        found.push(...(await findAll(client, await client.places.source(url))));
      } catch (error) {
        if (urls.length === 1) throw error;
        client.fail(error, url);
      }
    }
    if (output !== '-') return await moveAll(client, found, await client.places.target(output));
    for (const { place, entry } of found) {
      if (entry.type === 'directory')
        throw new CommandError(EXIT.wrongUsage, `${place.label} is a directory, and -o - takes files only`);
      await writeFileOut(client, place, entry);
    }
    return EXIT.done;
  },
});
