/** From words of a command line to an exit code: finds the row, runs it, and says in one sentence what failed. */
import { readFileSync } from 'node:fs';
import { Command, CommanderError } from 'commander';
import { ListenError } from '../app/listen-error.ts';
import { printable } from '../base/escape.ts';
import { ConfigurationError, problemText } from '../config/problem.ts';
import { CommandError, type CommandRow, type OptionRow } from './command.ts';
import { banLiftCommand } from './commands/ban-lift.ts';
import { banListCommand } from './commands/ban-list.ts';
import { doctorCommand } from './commands/doctor.ts';
import { kickCommand } from './commands/kick.ts';
import { reloadCommand } from './commands/reload.ts';
import { serveCommand } from './commands/serve.ts';
import { userAddCommand } from './commands/user-add.ts';
import { userHashCommand } from './commands/user-hash.ts';
import { userListCommand } from './commands/user-list.ts';
import { userPasswdCommand } from './commands/user-passwd.ts';
import { userRemoveCommand } from './commands/user-remove.ts';
import { whoCommand } from './commands/who.ts';
import { EXIT } from './exit-code.ts';
import type { World } from './world.ts';

const COMMANDS: readonly CommandRow[] = [
  serveCommand,
  userHashCommand,
  userAddCommand,
  userPasswdCommand,
  userListCommand,
  userRemoveCommand,
  whoCommand,
  kickCommand,
  reloadCommand,
  banListCommand,
  banLiftCommand,
  doctorCommand,
];

const GROUPS: ReadonlyMap<string, string> = new Map([
  ['user', 'add, change, list and remove accounts'],
  ['ban', 'show and lift bans of a running server'],
]);

function version(): string {
  const file = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(file) as { version: string }).version;
}

const gather = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

function addOption(command: Command, { flags, summary, repeatable }: OptionRow): void {
  if (repeatable === true) command.option(flags, `${summary} (may be repeated)`, gather);
  else command.option(flags, summary);
}

const exampleText = (examples: CommandRow['examples']): string =>
  `\nExamples:\n${examples.map(([line, what]) => `  ${line}\n      ${what}`).join('\n')}`;

/** The command's group, made when it is met first. */
function groupOf(program: Command, name: string): Command {
  const known = program.commands.find((command) => command.name() === name);
  return (
    known ??
    program
      .command(name)
      .summary(GROUPS.get(name) ?? '')
      .description(GROUPS.get(name) ?? '')
  );
}

function addCommand(program: Command, row: CommandRow, onRun: (work: Promise<number>) => void, world: World): void {
  const words = row.name.split(' ');
  const parent = words.length > 1 ? groupOf(program, words[0] ?? '') : program;
  const command = parent
    .command(words.at(-1) ?? '')
    .description(`${row.summary[0]?.toUpperCase() ?? ''}${row.summary.slice(1)}.`);
  command.summary(row.summary).allowExcessArguments(false).addHelpText('after', exampleText(row.examples));
  for (const { syntax, summary } of row.arguments ?? []) command.argument(syntax, summary);
  for (const option of row.options) addOption(command, option);
  command.action((): void => onRun(row.run(command.opts(), world, command.args)));
}

function createProgram(world: World, onRun: (work: Promise<number>) => void): Command {
  const program = new Command('portcall');
  program
    .description('Moves files on and off network devices and machines.')
    .version(version(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    // Subcommands take this over, so it comes before them.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: () => undefined,
    })
    .addHelpText('after', '\nTo start: portcall serve\nMore of a command: portcall serve --help');
  for (const row of COMMANDS) addCommand(program, row, onRun, world);
  return program;
}

/** The exit code of a failure, and the sentences that it is told with. */
function explain(error: unknown): { readonly code: number; readonly sentences: readonly string[] } {
  if (error instanceof ConfigurationError) return { code: EXIT.wrongUsage, sentences: error.problems.map(problemText) };
  if (error instanceof ListenError) return { code: EXIT.failed, sentences: [error.message] };
  if (error instanceof CommandError) return { code: error.exitCode, sentences: [error.message] };
  if (error instanceof CommanderError) return explainUsage(error);
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: EXIT.failed, sentences: [`a fault of Portcall itself, please report it: ${text}`] };
}

function explainUsage({ exitCode, message, code }: CommanderError): ReturnType<typeof explain> {
  if (exitCode === 0) return { code: EXIT.done, sentences: [] };
  // Asked for nothing: commander has no message for that but its own help, which it wanted to show as an error.
  const what =
    code === 'commander.help'
      ? 'say which command to run'
      : message
          .replace(/^error: /, '')
          .replaceAll('\n', ' ')
          .replace(/\.$/, '');
  return { code: EXIT.wrongUsage, sentences: [`${what}; portcall --help lists what there is`] };
}

/** Runs a command line (without the program's name) to its end; gives the exit code. Never rejects. */
export async function run(words: readonly string[], world: World): Promise<number> {
  let work = Promise.resolve<number>(EXIT.done);
  try {
    createProgram(world, (running) => void (work = running)).parse([...words], { from: 'user' });
    return await work;
  } catch (error) {
    const { code, sentences } = explain(error);
    for (const sentence of sentences) world.stderr.write(`portcall: ${printable(sentence)}\n`);
    return code;
  }
}
