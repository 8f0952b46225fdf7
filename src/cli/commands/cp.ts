/** `portcall cp`: copies between any two places. */
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { findEach, moveAll } from '../client/move.ts';
import { MOVING_OPTIONS, namesOf } from '../client/moving-options.ts';
import { writeInput, writeOutAll } from '../client/write-out.ts';
import { EXIT } from '../exit-code.ts';

export const cpCommand: CommandRow = clientRow({
  name: 'cp',
  summary: 'copy between any two places',
  examples: [
    ['portcall cp ftp://old.example.net/a.bin ftps://ann@new.example.net/images/', 'from one server to another'],
    [
      'portcall cp --server-side ftp://a.example.net/x ftp://b.example.net/x',
      'straight from one to the other, where they allow it',
    ],
  ],
  arguments: [{ syntax: '<place...>', summary: 'sources, and the place where they go' }],
  options: MOVING_OPTIONS,
  async act(client, args) {
    const [target, ...sources] = args.toReversed();
    if (target === undefined || sources.length === 0)
      throw new CommandError(EXIT.wrongUsage, 'say what to copy, and where it goes');
    if (target === '-') return await writeOutAll(client, await findEach(client, sources.toReversed(), 'to-read'));
    const to = await client.places.target(target, namesOf(client.options));
    if (!sources.includes('-'))
      return await moveAll(client, await findEach(client, sources.toReversed(), 'to-read'), to);
    if (sources.length > 1 || to.written !== 'as-any')
      throw new CommandError(EXIT.wrongUsage, 'standard input is copied alone, and under a name: end in one');
    return await writeInput(client, to);
  },
});
