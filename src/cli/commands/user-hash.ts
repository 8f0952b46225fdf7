/** `portcall user hash`: turns a password into the text that stands for it in portcall.yaml. */
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { readNewHash } from '../new-password.ts';

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
    world.stdout.write(`${await readNewHash(world, 'password')}\n`);
    return EXIT.done;
  },
};
