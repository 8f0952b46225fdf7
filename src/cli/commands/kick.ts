/** `portcall kick`: ends one session. */
import { askAll } from '../../app/control/client.ts';
import { oneLine } from '../../base/one-line.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { askRunning, STATE_OPTION } from '../running-server.ts';

const DEFAULT_REASON = 'an operator ended the session';

const notFound = (name: string): CommandError =>
  new CommandError(EXIT.notFound, `there is no session ${name}; portcall who lists them`);

export const kickCommand: CommandRow = {
  name: 'kick',
  summary: 'end a session of the running server, and its transfer',
  examples: [
    ['portcall kick 7', 'ends session 7, as who and the log call it'],
    ['portcall kick 7@192.0.2.1:4000 --reason "maintenance"', 'names it in full, and says why'],
  ],
  arguments: [{ syntax: '<session>', summary: 'its name, alone or with @ and the client where several bear it' }],
  options: [{ flags: '--reason <text>', summary: 'told to the client and the log' }, STATE_OPTION],
  async run(options, world, [name = '']) {
    const { reason = DEFAULT_REASON } = options;
    const found = await askRunning(options, world, (asking) => askAll<'find'>({ ask: 'find', session: name }, asking));
    const names = found.flatMap(({ result }) => result);
    const [only] = names;
    if (only === undefined) throw notFound(name);
    if (names.length > 1)
      throw new CommandError(EXIT.wrongUsage, `several sessions are called ${name}; say which: ${names.join(', ')}`);
    const kick = { ask: 'kick', session: only, reason: oneLine(String(reason)) } as const;
    const kicked = await askRunning(options, world, (asking) => askAll<'kick'>(kick, asking));
    if (!kicked.some(({ result }) => result)) throw notFound(name);
    return EXIT.done;
  },
};
