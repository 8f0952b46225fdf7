/** `portcall put`: sends files and directories. */
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { findEach, moveAll } from '../client/move.ts';
import { MOVING_OPTIONS, namesOf } from '../client/moving-options.ts';
import { writeInput } from '../client/write-out.ts';
import { EXIT } from '../exit-code.ts';

export const putCommand: CommandRow = clientRow({
  name: 'put',
  summary: 'send files and directories',
  examples: [
    ['portcall put c2911.bin ftp://ann@ftp.example.net/images/', 'into a directory'],
    [
      'portcall put --verify c2911.bin ftps://ann@ftp.example.net/images/new.bin',
      'under another name, proven by its hash',
    ],
    ['portcall put -r configs ftp://ann@ftp.example.net/', 'a whole directory'],
    ['tar c . | portcall put - ftp://ann@ftp.example.net/all.tar', 'what comes on standard input'],
  ],
  arguments: [{ syntax: '<path...>', summary: 'what to send (- is standard input), and the URL where it goes' }],
  options: MOVING_OPTIONS,
  async act(client, args) {
    const [target, ...paths] = args.toReversed();
    if (target === undefined || paths.length === 0)
      throw new CommandError(EXIT.wrongUsage, 'say what to send, and the URL where it goes');
    const to = await client.places.target(target, namesOf(client.options));
    if (!paths.includes('-')) return await moveAll(client, await findEach(client, paths.toReversed(), 'to-read'), to);
    if (paths.length > 1 || to.written !== 'as-any')
      throw new CommandError(EXIT.wrongUsage, 'standard input is sent alone, and the URL must end in a name for it');
    return await writeInput(client, to);
  },
});
