/** `portcall scp`: the far end of OpenSSH's `scp -O`, on standard input and output. */
import { serveScpOnStdio } from '../../app/scp-stdio.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';

const LETTERS = ['v', 'r', 'p', 'd', 'q', 't', 'f'] as const;

/** The flags as they were given, for the one parser that knows what they mean. */
function wordsOf(options: Readonly<Record<string, unknown>>, paths: readonly string[]): readonly string[] {
  const letters = LETTERS.filter((letter) => options[letter] === true);
  return [...letters.map((letter) => `-${letter}`), '--', ...paths];
}

function askedFor(
  options: Readonly<Record<string, unknown>>,
  paths: readonly string[],
): { readonly words: readonly string[] } | { readonly line: string } {
  const { command } = options;
  if (typeof command === 'string') return { line: command };
  if (options['t'] === options['f'])
    throw new CommandError(
      EXIT.wrongUsage,
      'say -t to receive or -f to send; scp starts this command, people start get',
    );
  return { words: wordsOf(options, paths) };
}

export const scpCommand: CommandRow = {
  name: 'scp',
  summary: 'serve one copy of scp on standard input and output',
  examples: [
    ['portcall scp -t /srv/images', 'receives what an scp sends (sshd starts it)'],
    ['portcall scp -r -p -f /srv/images', 'sends a directory with its times'],
    [
      'ForceCommand portcall scp --root /srv/images --command "$SSH_ORIGINAL_COMMAND"',
      'in sshd_config: scp and nothing else, and no shell for what the client typed',
    ],
  ],
  arguments: [{ syntax: '[path...]', summary: 'where to write, or what to send' }],
  options: [
    { flags: '-t', summary: 'receive' },
    { flags: '-f', summary: 'send' },
    { flags: '-r', summary: 'whole directories' },
    { flags: '-p', summary: 'keep times and modes' },
    { flags: '-d', summary: 'the target must be a directory' },
    { flags: '-v', summary: 'taken and not needed' },
    { flags: '-q', summary: 'taken and not needed' },
    { flags: '--command <line>', summary: 'what the client asked for, as one line that nobody has taken apart' },
    { flags: '--root <dir>', summary: 'the directory that becomes /; nothing leads out of it' },
    { flags: '-e, --log-to-stderr', summary: 'the log goes to standard error' },
    { flags: '--read-only', summary: 'send and never receive' },
  ],
  async run(options, world, paths) {
    const { root } = options;
    const stop = new AbortController();
    const forget = world.onStopSignal(() => stop.abort());
    try {
      return await serveScpOnStdio({
        asked: askedFor(options, paths),
        root: typeof root === 'string' ? root : undefined,
        access: options['readOnly'] === true ? 'read-only' : 'read-write',
        cwd: world.cwd,
        ...(options['logToStderr'] === true && { log: world.stderr }),
        signal: stop.signal,
      });
    } finally {
      forget();
    }
  },
};
