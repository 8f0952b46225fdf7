/** `portcall reload`: lets the running servers read their configuration anew. */
import { askAll } from '../../app/control/client.ts';
import { printable } from '../../base/escape.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { askRunning, STATE_OPTION } from '../running-server.ts';

export const reloadCommand: CommandRow = {
  name: 'reload',
  summary: 'let the running server read its configuration and certificates anew',
  examples: [['portcall reload', 'what cannot be read leaves the old in force, and is told']],
  options: [STATE_OPTION],
  async run(options, world) {
    const answers = await askRunning(options, world, (asking) => askAll<'reload'>({ ask: 'reload' }, asking));
    for (const { result } of answers) {
      const output = result.ok ? world.stdout : world.stderr;
      output.write(`${result.ok ? '' : 'portcall: '}${printable(result.text)}\n`);
    }
    return answers.every(({ result }) => result.ok) ? EXIT.done : EXIT.failed;
  },
};
