/** From words of a command line to an exit code: finds the row, runs it, and says in one sentence what failed. */
import { Command, CommanderError } from 'commander';
import { ListenError } from '../app/listen-error.ts';
import { printable } from '../base/escape.ts';
import { ConfigurationError, problemText } from '../config/problem.ts';
import type { CommandRow, OptionRow } from './command.ts';
import type { FilterRule } from '../files/sync/filter.ts';
import { EXIT } from './exit-code.ts';
import { explainFailure, fullSentence } from './failure.ts';
import { versionText } from './version.ts';
import type { World } from './world.ts';

/** Each is loaded only when it is needed: what a command imports costs time at every start. */
const COMMANDS: ReadonlyMap<string, () => Promise<CommandRow>> = new Map<string, () => Promise<CommandRow>>([
  ['serve', async () => (await import('./commands/serve.ts')).serveCommand],
  ['get', async () => (await import('./commands/get.ts')).getCommand],
  ['put', async () => (await import('./commands/put.ts')).putCommand],
  ['ls', async () => (await import('./commands/ls.ts')).lsCommand],
  ['cat', async () => (await import('./commands/cat.ts')).catCommand],
  ['cp', async () => (await import('./commands/cp.ts')).cpCommand],
  ['mv', async () => (await import('./commands/mv.ts')).mvCommand],
  ['rm', async () => (await import('./commands/rm.ts')).rmCommand],
  ['mkdir', async () => (await import('./commands/mkdir.ts')).mkdirCommand],
  ['stat', async () => (await import('./commands/stat.ts')).statCommand],
  ['hash', async () => (await import('./commands/hash.ts')).hashCommand],
  ['sync', async () => (await import('./commands/sync.ts')).syncCommand],
  ['shell', async () => (await import('./commands/shell.ts')).shellCommand],
  ['doctor', async () => (await import('./commands/doctor.ts')).doctorCommand],
  ['device', async () => (await import('./commands/device.ts')).deviceCommand],
  ['image make', async () => (await import('./commands/image-make.ts')).imageMakeCommand],
  ['image inspect', async () => (await import('./commands/image-inspect.ts')).imageInspectCommand],
  ['bookmark add', async () => (await import('./commands/bookmark-add.ts')).bookmarkAddCommand],
  ['bookmark list', async () => (await import('./commands/bookmark-list.ts')).bookmarkListCommand],
  ['bookmark remove', async () => (await import('./commands/bookmark-remove.ts')).bookmarkRemoveCommand],
  ['user hash', async () => (await import('./commands/user-hash.ts')).userHashCommand],
  ['scp', async () => (await import('./commands/scp.ts')).scpCommand],
  ['user add', async () => (await import('./commands/user-add.ts')).userAddCommand],
  ['user passwd', async () => (await import('./commands/user-passwd.ts')).userPasswdCommand],
  ['user list', async () => (await import('./commands/user-list.ts')).userListCommand],
  ['user remove', async () => (await import('./commands/user-remove.ts')).userRemoveCommand],
  ['who', async () => (await import('./commands/who.ts')).whoCommand],
  ['kick', async () => (await import('./commands/kick.ts')).kickCommand],
  ['reload', async () => (await import('./commands/reload.ts')).reloadCommand],
  ['sftp-server', async () => (await import('./commands/sftp-server.ts')).sftpServerCommand],
  ['ban list', async () => (await import('./commands/ban-list.ts')).banListCommand],
  ['ban lift', async () => (await import('./commands/ban-lift.ts')).banLiftCommand],
]);

/** The rows that a command line may need: those of its first word, or all of them where it has none that is known. */
async function rowsFor([first = '']: readonly string[]): Promise<CommandRow[]> {
  const names = [...COMMANDS.keys()];
  const wanted = names.filter((name) => name.split(' ')[0] === first);
  return await Promise.all((wanted.length > 0 ? wanted : names).flatMap((name) => COMMANDS.get(name)?.() ?? []));
}

const GROUPS: ReadonlyMap<string, string> = new Map([
  ['bookmark', 'short names for places, and how to connect there'],
  ['image', 'make and examine IOS images'],
  ['user', 'add, change, list and remove accounts'],
  ['ban', 'show and lift bans of a running server'],
]);

const gather = (value: string, before: readonly string[] | undefined): string[] => [...(before ?? []), value];

/** Options that gather in one list, in the order in which they were typed: `--include a --exclude b`. */
function addOrdered(command: Command, { flags, summary }: OptionRow, list: FilterRule[]): void {
  const does = flags.startsWith('--include') ? 'include' : 'exclude';
  command.option(flags, `${summary} (may be repeated)`, (pattern: string) => {
    list.push({ do: does, pattern });
    return list;
  });
}

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
  const filter: FilterRule[] = [];
  for (const option of row.options) {
    if (option.into === undefined) addOption(command, option);
    else addOrdered(command, option, filter);
  }
  command.action((): void => onRun(row.run({ ...command.opts(), filter }, world, command.args)));
}

function createProgram(rows: readonly CommandRow[], world: World, onRun: (work: Promise<number>) => void): Command {
  const program = new Command('portcall');
  program
    .description('Moves files on and off network devices and machines.')
    .version(versionText(), '-V, --version', 'show the version')
    .helpOption('-h, --help', 'show help')
    // Subcommands take this over, so it comes before them.
    .exitOverride()
    .configureOutput({
      writeOut: (text) => void world.stdout.write(text),
      writeErr: () => undefined,
    })
    .addHelpText('after', '\nTo start: portcall serve\nMore of a command: portcall serve --help');
  // Where a command has a --version of its own, the program's is the one before it.
  if (rows.some(({ options }) => options.some(({ flags }) => flags.startsWith('--version '))))
    program.enablePositionalOptions();
  for (const row of rows) addCommand(program, row, onRun, world);
  return program;
}

/** The exit code of a failure, and the sentences that it is told with. */
function explain(error: unknown): { readonly code: number; readonly sentences: readonly string[] } {
  if (error instanceof ConfigurationError) return { code: EXIT.wrongUsage, sentences: error.problems.map(problemText) };
  if (error instanceof ListenError) return { code: EXIT.failed, sentences: [error.message] };
  if (error instanceof CommanderError) return explainUsage(error);
  const explained = explainFailure(error);
  return { code: explained.code, sentences: [fullSentence(explained)] };
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
export async function runCommandLine(words: readonly string[], world: World): Promise<number> {
  let work = Promise.resolve<number>(EXIT.done);
  try {
    createProgram(await rowsFor(words), world, (running) => void (work = running)).parse([...words], { from: 'user' });
    return await work;
  } catch (error) {
    const { code, sentences } = explain(error);
    for (const sentence of sentences) world.stderr.write(`portcall: ${printable(sentence)}\n`);
    return code;
  }
}
