/** Commands of the EXEC that are neither `show` nor about files: rights, the terminal, saving, the clock. */
import type { Call, CommandRow, LineSession, Output } from '../command.ts';
import { saved } from '../copy/copy.ts';
import { enableSecret, isRight } from '../login.ts';
import { MONTHS } from '../grammar/argument-type.ts';
import { momentText } from '../render/time.ts';
import { runningConfigText } from './show.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { FileError } from '../../files/index.ts';

const TRIES = 3;

/** `enable`: three tries, and what it says behind them depends on what was asked for. */
async function enable({ session, system, args }: Call): Promise<string | undefined> {
  const level = Number(args.text('level') ?? 15);
  if (level <= session.privilege) {
    session.privilege = level;
    return undefined;
  }
  const secret = enableSecret(system);
  if (secret === undefined) {
    if (session.line.kind !== 'con') return '% No password set\n';
    session.privilege = level;
    return undefined;
  }
  for (let tries = 0; tries < TRIES; tries += 1) {
    const given = await session.ask('Password: ', 'secret');
    if (await isRight(secret.stored, given)) {
      session.privilege = level;
      return undefined;
    }
  }
  return secret.kind === 'secret' ? '% Bad secrets\n\n' : '% Bad passwords\n\n';
}

function configureTerminal({ session, system }: Call): string {
  session.enter('config', [{ key: '', lines: system.config }]);
  return 'Enter configuration commands, one per line.  End with CNTL/Z.\n';
}

async function writeErase({ session, system }: Call): Promise<string> {
  const asked = 'Erasing the nvram filesystem will remove all configuration files! Continue? [confirm]';
  if (!(await session.confirm(asked))) return '';
  try {
    await system.volumes.nvram.files.remove(STARTUP_CONFIG);
  } catch (error) {
    if (!(error instanceof FileError && error.kind === 'not-found')) throw error;
  }
  if (system.platform.bootVariable === 'when-saved') system.hardware.change({ boot: '', savedBy: undefined });
  system.log({ facility: 'SYS', severity: 7, mnemonic: 'NV_BLOCK_INIT', text: 'Initialized the geometry of nvram' });
  return '[OK]\nErase of nvram: complete\n';
}

function setClock({ args, system, session }: Call): undefined {
  const [hours = 0, minutes = 0, seconds = 0] = (args.text('time') ?? '').split(':').map(Number);
  const month = MONTHS.findIndex((name) => name === args.text('month'));
  const before = momentText(system.now());
  system.setClock(Date.UTC(Number(args.text('year')), month, Number(args.text('day')), hours, minutes, seconds));
  const by = session.line.kind === 'con' ? 'console by console' : `console by vty${session.line.number}`;
  system.log({
    facility: 'SYS',
    severity: 6,
    mnemonic: 'CLOCKUPDATE',
    text: `System clock has been updated from ${before} to ${momentText(system.now())}, configured from ${by}.`,
  });
  return undefined;
}

function clearLine({ args, system, session }: Call): Promise<string> | string {
  const number = Number(args.text('line'));
  const found = [...system.sessions].find(({ line }) =>
    args.has('vty') ? line.kind === 'vty' && line.number === number : line.absolute === number,
  );
  return clearAfterConfirm(session, found);
}

async function clearAfterConfirm(session: LineSession, found: LineSession | undefined): Promise<string> {
  if (!(await session.confirm('[confirm]'))) return '';
  if (found !== undefined && found !== session) found.hangUp();
  return ' [OK]\n';
}

/** Counters are always zero here: nothing runs through the interfaces. */
async function clearCounters({ args, session }: Call): Promise<string> {
  const where = args.text('interface') === undefined ? 'all interfaces' : 'this interface';
  await session.confirm(`Clear "show interface" counters on ${where} [confirm]`);
  return '';
}

async function* ping({ args, system, signal }: Call): AsyncGenerator<string> {
  const host = args.text('host') ?? '';
  yield `Type escape sequence to abort.\nSending 5, 100-byte ICMP Echos to ${host}, timeout is 2 seconds:\n`;
  const own = system.config
    .under('interface')
    .some(({ section }) => section?.value('ip address')?.startsWith(`${host} `) === true);
  for (let sent = 0; sent < 5 && !signal.aborted; sent += 1) {
    if (!own) await system.faults.wait(2000 * system.world.pace);
    yield own ? '!' : '.';
  }
  yield own
    ? '\nSuccess rate is 100 percent (5/5), round-trip min/avg/max = 1/1/1 ms\n'
    : '\nSuccess rate is 0 percent (0/5)\n';
}

async function clearLogging({ session, system }: Call): Promise<undefined> {
  if (await session.confirm('Clear logging buffer [confirm]')) system.clearLog();
  return undefined;
}

const end = ({ session }: Call): string => {
  session.end();
  return '';
};

/** A command that says nothing. */
const quietly =
  (act: (call: Call) => void): CommandRow['run'] =>
  (call) => {
    act(call);
    return undefined;
  };

async function configure(call: Call): Promise<Output> {
  const answer = (await call.session.ask('Configuring from terminal, memory, or network [terminal]? ')).trim();
  if (answer !== '' && !'terminal'.startsWith(answer.toLowerCase())) return '?Must be "terminal"\n';
  return configureTerminal(call);
}

/** What anybody at a line needs. */
export const EXEC_COMMANDS: readonly CommandRow[] = [
  { syntax: 'enable [<level:0-15>]', run: enable },
  {
    syntax: 'disable',
    run: quietly(({ session }) => {
      session.privilege = 1;
    }),
  },
  { syntax: 'exit', run: end },
  { syntax: 'logout', run: end },
  { syntax: 'quit', run: end },
  { syntax: 'configure terminal', privilege: 15, run: configureTerminal },
  {
    syntax: 'configure',
    privilege: 15,
    run: configure,
  },
  {
    syntax: 'terminal length <lines:0-512>',
    run: quietly(({ session, args }) => {
      session.rows = Number(args.text('lines'));
    }),
  },
  {
    syntax: 'terminal width <columns:0-512>',
    run: quietly(({ session, args }) => {
      session.columns = Number(args.text('columns'));
    }),
  },
  {
    syntax: 'terminal monitor [disable]',
    run: quietly(({ session, args }) => {
      session.monitor = !args.has('disable');
    }),
  },
  {
    syntax: 'terminal no monitor',
    run: quietly(({ session }) => {
      session.monitor = false;
    }),
  },
  {
    syntax: 'terminal history size <size:0-256>',
    run: quietly(({ session, args }) => {
      session.historySize = Number(args.text('size'));
    }),
  },
  { syntax: 'write [memory]', privilege: 15, run: (call) => saved(call) },
  { syntax: 'write terminal', privilege: 15, run: ({ system }) => runningConfigText(system) },
  { syntax: 'write erase', privilege: 15, run: writeErase },
  { syntax: 'erase (startup-config|nvram:)', privilege: 15, run: writeErase },
  {
    syntax: 'clock set <time:clock> (<day:1-31> <month:month>|<month:month> <day:1-31>) <year:1993-2035>',
    privilege: 15,
    run: setClock,
  },
  { syntax: 'clear line (<line:0-999>|vty <line:0-999>)', run: clearLine },
  { syntax: 'clear counters [<interface:interface>]', privilege: 15, run: clearCounters },
  { syntax: 'clear logging', privilege: 15, run: clearLogging },
  { syntax: 'ping <host:host>', run: ping },
  {
    syntax: 'connect <host:host>',
    run: ({ args }) => `Trying ${args.text('host') ?? ''} ... \n% Connection timed out; remote host not responding\n`,
  },
  {
    syntax: 'telnet <host:host>',
    run: ({ args }) => `Trying ${args.text('host') ?? ''} ... \n% Connection timed out; remote host not responding\n`,
  },
];
