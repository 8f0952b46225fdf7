/** The shell itself: jobs, wait, kill, quote, site, exit. */
import { printable } from '../../../base/escape.ts';
import { durationText } from '../../../observe/quantities.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import type { Job } from '../jobs.ts';
import { MANY, type ShellRow } from '../row.ts';
import type { Run } from '../session.ts';

/** Of whose argument the whole is a secret (RFC 959 §4.1.1). */
const SECRET = /^(PASS|ACCT)$/i;

const jobLine = ({ number, state, source, ending, startedMs }: Job, nowMs: number): string => {
  const since = state === 'running' ? ` for ${durationText(nowMs - startedMs)}` : '';
  return `[${number}] ${state}${since}  ${printable(source)}${ending === '' ? '' : `: ${printable(ending)}`}\n`;
};

function numberOf({ words: [word] }: Run): number {
  const number = Number(word?.text.replace(/^%/, ''));
  if (!Number.isSafeInteger(number))
    throw new CommandError(EXIT.wrongUsage, 'name a job by its number; jobs lists them');
  return number;
}

async function awaitJobs(run: Run): Promise<void> {
  const { jobs } = run.session;
  const numbers = run.words.length === 0 ? jobs.running.map(({ number }) => number) : [numberOf(run)];
  const failed: number[] = [];
  for (const number of numbers) {
    const job = await jobs.wait(number, run.signal);
    if (job === undefined) throw new CommandError(EXIT.notFound, `there is no job ${number}; jobs lists them`);
    if (job.state !== 'done') failed.push(number);
  }
  if (failed.length > 0) throw new CommandError(EXIT.partial, `not done: job ${failed.join(', ')}`);
}

async function sendRaw(run: Run, verb: string, argument: string): Promise<void> {
  const { ftp } = run.session;
  if (ftp === undefined) throw new CommandError(EXIT.wrongUsage, 'this place does not speak FTP');
  const command = {
    verb,
    ...(argument === '' ? {} : { argument }),
    ...(SECRET.test(verb) ? { secret: true as const } : {}),
  };
  const { code, lines } = await ftp.command(command, { signal: run.signal });
  run.out(`${lines.map((line) => `${code} ${printable(line)}`).join('\n') || code}\n`);
  if (code >= 400) throw new CommandError(EXIT.failed, `the server refused ${verb}`);
}

/** Everything behind the first word, as it was typed. */
const behindFirst = (text: string): string => text.replace(/^\S+\s*/, '');

export const MANAGING_ROWS: readonly ShellRow[] = [
  {
    name: 'jobs',
    usage: '',
    summary: 'list what was begun with & behind it',
    words: [0, 0],
    run: async ({ session: { jobs, clock }, out }: Run): Promise<void> => {
      for (const job of jobs.list()) out(jobLine(job, clock.monotonic()));
    },
  },
  {
    name: 'wait',
    usage: '[NUMBER]',
    summary: 'wait for a job, or for all',
    words: [0, 1],
    run: awaitJobs,
  },
  {
    name: 'kill',
    usage: 'NUMBER',
    summary: 'stop a job',
    words: [1, 1],
    run: async (run: Run): Promise<void> => {
      const number = numberOf(run);
      if (!run.session.jobs.stop(number))
        throw new CommandError(EXIT.notFound, `no job ${number} runs; jobs lists them`);
    },
  },
  {
    name: 'quote',
    usage: 'COMMAND...',
    summary: 'send a command of FTP as it is, and show the reply',
    flags: '*',
    words: [1, MANY],
    run: async (run: Run): Promise<void> => {
      const line = behindFirst(run.source);
      await sendRaw(run, (line.split(/\s/, 1)[0] ?? '').toUpperCase(), behindFirst(line));
    },
  },
  {
    name: 'site',
    usage: 'COMMAND...',
    summary: 'send a SITE command as it is, and show the reply',
    flags: '*',
    words: [1, MANY],
    run: (run) => sendRaw(run, 'SITE', behindFirst(run.source)),
  },
  {
    name: 'exit',
    aliases: ['quit', 'bye'],
    usage: '',
    summary: 'leave',
    words: [0, 0],
    run: async ({ session }: Run): Promise<void> => {
      session.leaving = 'yes';
    },
  },
];
