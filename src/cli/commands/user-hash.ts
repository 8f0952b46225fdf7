/** `portcall user hash`: turns a password into the text that stands for it in portcall.yaml. */
import { hashPassword } from '../../app/user.ts';
import { passwordFromEnvironment } from '../../config/environment.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { readPassword } from '../prompt.ts';

export const userHashCommand: CommandRow = {
  name: 'user hash',
  summary: 'make the passwordHash of an account',
  examples: [
    ['portcall user hash', 'asks for the password without showing it'],
    ['printf %s "$SECRET" | portcall user hash', 'takes the first line of standard input'],
    ['PORTCALL_PASSWORD=… portcall user hash', 'takes it from the environment'],
  ],
  options: [],
  async run(_options, world) {
    const password = passwordFromEnvironment() ?? (await readPassword(world.stdin, world.stderr));
    try {
      world.stdout.write(`${await hashPassword(password)}\n`);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new CommandError(EXIT.wrongUsage, `${cause.message}; give another one`, { cause });
    }
    return EXIT.done;
  },
};
