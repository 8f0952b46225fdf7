/** `portcall get`: fetches files and directories. */
import type { CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { textOf } from '../client/flag-values.ts';
import { findEach, moveAll } from '../client/move.ts';
import { MOVING_OPTIONS, namesOf } from '../client/moving-options.ts';
import { writeOutAll } from '../client/write-out.ts';

export const getCommand: CommandRow = clientRow({
  name: 'get',
  summary: 'fetch files and directories',
  examples: [
    ['portcall get ftp://ftp.example.net/images/c2911.bin', 'into the working directory'],
    [
      'portcall get --resume --parallel 4 ftps://ann@ftp.example.net/big.iso -o /srv/',
      'four connections, continued if it was cut',
    ],
    ['portcall get scp://admin@10.0.0.1/flash:/c2911.bin', 'from a device; sftp:// where it has that'],
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
    // What cannot be written to need not be fetched.
    if (output === '-') return await writeOutAll(client, await findEach(client, urls, 'to-read'));
    const target = await client.places.target(output, namesOf(client.options));
    return await moveAll(client, await findEach(client, urls, 'to-read'), target);
  },
});
