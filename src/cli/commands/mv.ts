/** `portcall mv`: gives a file or directory another name at the same server. */
import { baseName, ROOT } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import { below, isSamePlace, type OpenedPlace } from '../../app/places/open-places.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { labelled } from '../client/failure-line.ts';
import { isUnseen, noDirectory, standing } from '../client/move.ts';
import type { Client } from '../client/run-client.ts';
import { EXIT } from '../exit-code.ts';

/** The new place; throws for a source that is not there, and for a directory that is none. */
async function goalOf({ signal }: Client, source: OpenedPlace, target: OpenedPlace): Promise<OpenedPlace> {
  // A server's refusal of RNFR need not tell what is missing.
  if (!isUnseen(source) && (await standing(source, signal, 'stay')) === undefined)
    throw new FileError('not-found', ROOT, { detail: `there is no ${source.label}` });
  const there = await standing(target, signal);
  if (there?.type === 'directory') return below(target, baseName(source.path));
  if (target.written !== 'as-any') throw noDirectory(target, there);
  return target;
}

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
    const goal = await goalOf(client, source, target);
    try {
      await source.files.rename(source.path, goal.path, { signal });
    } catch (error) {
      throw labelled(error, `${source.label} -> ${goal.label}`);
    }
    if (client.json === 'yes') client.event({ event: 'renamed', from: source.label, to: goal.label });
    return EXIT.done;
  },
});
