/** `portcall ban lift`: lets an address in again. */
import { askAll } from '../../app/control/client.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { askRunning, STATE_OPTION } from '../running-server.ts';

export const banLiftCommand: CommandRow = {
  name: 'ban lift',
  summary: 'let an address in again',
  examples: [['portcall ban lift 192.0.2.1', 'forgets what it did, with all servers of the state folder']],
  arguments: [{ syntax: '<address>', summary: 'an address, or one within the group that is kept out' }],
  options: [STATE_OPTION],
  async run(options, world, [address = '']) {
    const answers = await askRunning(options, world, (asking) => askAll<'lift'>({ ask: 'lift', address }, asking));
    if (answers.some(({ result }) => result)) return EXIT.done;
    throw new CommandError(EXIT.notFound, `${address} is not kept out; portcall ban list shows who is`);
  },
};
