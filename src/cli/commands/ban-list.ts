/** `portcall ban list`: whom the running servers keep out. */
import { askAll } from '../../app/control/client.ts';
import { printableJson } from '../../base/escape.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { askRunning, JSON_OPTION, STATE_OPTION } from '../running-server.ts';
import { tableOf } from '../table.ts';

export const banListCommand: CommandRow = {
  name: 'ban list',
  summary: 'show which addresses are kept out, until when and why',
  examples: [
    ['portcall ban list', 'one line for each address, or /64 of IPv6'],
    ['portcall ban list --json', 'the same for programs'],
  ],
  options: [JSON_OPTION, STATE_OPTION],
  async run(options, world) {
    const answers = await askRunning(options, world, (asking) => askAll<'bans'>({ ask: 'bans' }, asking));
    const bans = answers.flatMap(({ pid, result }) => result.bans.map((ban) => ({ pid, ...ban })));
    const left = answers.reduce((sum, { result }) => sum + result.left, 0);
    const rows = bans.map(({ group, untilMs, reason }) => [group, new Date(untilMs).toISOString(), reason]);
    if (options['json'] === true) world.stdout.write(`${printableJson(JSON.stringify(bans))}\n`);
    else
      world.stdout.write(rows.length === 0 ? 'Nobody is kept out.\n' : tableOf(['ADDRESS', 'UNTIL', 'REASON'], rows));
    if (left > 0) world.stderr.write(`portcall: ${left} more bans found no room here\n`);
    return EXIT.done;
  },
};
