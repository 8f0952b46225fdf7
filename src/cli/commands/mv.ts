/** `portcall mv`: gives a file or directory another name at the same server. */
import { baseName } from '../../base/virtual-path.ts';
import { below, isSamePlace } from '../../app/places/open-places.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { labelled } from '../client/failure-line.ts';
import { standing } from '../client/move.ts';
import { EXIT } from '../exit-code.ts';

export const mvCommand: CommandRow = clientRow({
  name: 'mv',
  summary: 'rename or move within a server',
  examples: [['portcall mv ftp://ann@ftp.example.net/a.bin ftp://ann@ftp.example.net/images/', 'into a directory']],
  arguments: [
    { syntax: '<from>', summary: 'what to rename' },
    { syntax: '<to>', summary: 'its new name, or the directory where it goes' },
  ],
  options: [],
  async act(client, [from = '', to = '']) {
    const { signal } = client;
    const source = await client.places.source(from);
    const target = await client.places.source(to);
    if (!isSamePlace(source, target))
      throw new CommandError(
        EXIT.wrongUsage,
        'the two are not at the same place: copy with portcall cp, then remove with portcall rm',
      );
    const there = await standing(target, signal);
    const goal = there?.type === 'directory' ? below(target, baseName(source.path)) : target;
    try {
      await source.files.rename(source.path, goal.path, { signal });
    } catch (error) {
      throw labelled(error, `${source.label} -> ${goal.label}`);
    }
    return EXIT.done;
  },
});
