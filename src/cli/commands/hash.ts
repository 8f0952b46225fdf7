/** `portcall hash`: the hash of a file, by its server where that computes it, else by reading it. */
import { printable } from '../../base/escape.ts';
import { hashFile } from '../../files/copy/hash-file.ts';
import { HASH_ALGORITHMS, type HashAlgorithm } from '../../files/index.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { clientRow } from '../client/client-row.ts';
import { isOn, textOf } from '../client/flag-values.ts';
import { forEach } from '../client/for-each.ts';
import { findEach } from '../client/move.ts';
import { EXIT } from '../exit-code.ts';

function algorithmOf(text: string): HashAlgorithm {
  const found = HASH_ALGORITHMS.find((name) => name === text.toLowerCase().replace('-', ''));
  if (found === undefined)
    throw new CommandError(EXIT.wrongUsage, `--algorithm must be one of ${HASH_ALGORITHMS.join(', ')}`);
  return found;
}

export const hashCommand: CommandRow = clientRow({
  name: 'hash',
  summary: 'show the hash of files',
  examples: [
    ['portcall hash --algorithm md5 ftp://ftp.example.net/images/c2911.bin', 'to compare with what Cisco publishes'],
  ],
  arguments: [{ syntax: '<url...>', summary: 'files or patterns' }],
  options: [
    { flags: '--algorithm <name>', summary: `${HASH_ALGORITHMS.join(', ')} (sha256)` },
    { flags: '--read', summary: 'read the file, also where the server would compute the hash' },
  ],
  async act(client, urls) {
    const algorithm = algorithmOf(textOf(client.options, 'algorithm') ?? 'sha256');
    const where = isOn(client.options, 'read') ? 'here' : 'anywhere';
    await forEach(client, await findEach(client, urls), {
      label: ({ place }) => place.label,
      async act({ place, entry }) {
        if (entry.type === 'directory')
          throw new CommandError(EXIT.failed, `${place.label} is a directory; only files have hashes`);
        const hash = await hashFile(place, algorithm, { signal: client.signal, where });
        if (client.json === 'no') client.world.stdout.write(`${hash}  ${printable(place.label)}\n`);
        else
          client.event({ event: 'hash', place: place.label, path: place.path, algorithm, hash, size: entry.sizeBytes });
      },
    });
    return EXIT.done;
  },
});
