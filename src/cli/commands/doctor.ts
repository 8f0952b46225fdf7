/** `portcall doctor`: examines a server, prints what was found and what to do, and how to connect best. */
import { randomBytes } from 'node:crypto';
import { doctor, type Examination, type Finding, type Outcome, suggestionOf } from '../../app/doctor/doctor.ts';
import { ftpOptions, readUrl } from '../../app/connect.ts';
import { type PlaceUrl, escapedPath, originText, withoutPassword } from '../../app/places/place-url.ts';
import { printable, printableJson } from '../../base/escape.ts';
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { bookmarked } from '../client/bookmarked.ts';
import { CONNECT_OPTIONS, connectOptions } from '../client/connect-options.ts';
import { JSON_OPTION } from '../running-server.ts';
import type { World } from '../world.ts';
import { wrapText } from '../wrap-text.ts';

type Options = Readonly<Record<string, unknown>>;

const SIGNS: Readonly<Record<Finding['verdict'], string>> = { ok: '✓', note: '·', warning: '!', problem: '✗' };
const CODES: Readonly<Record<Outcome, number>> = {
  healthy: EXIT.done,
  ill: EXIT.failed,
  unreachable: EXIT.unreachable,
  'login-refused': EXIT.denied,
  'not-trusted': EXIT.notTrusted,
};
const TOPIC_WIDTH = 13;
const TEXT_WIDTH = 84;

/** One finding, its advice below it. */
function findingText({ verdict, topic, sentence, advice }: Finding): string {
  const indent = ' '.repeat(TOPIC_WIDTH + 4);
  const [first = '', ...more] = wrapText(printable(sentence), TEXT_WIDTH);
  const lines = [`  ${SIGNS[verdict]} ${topic.padEnd(TOPIC_WIDTH)}${first}`, ...more.map((line) => indent + line)];
  const todo = advice === undefined ? [] : wrapText(printable(advice), TEXT_WIDTH - 2);
  const marked = todo.map((line, index) => `${indent}${index === 0 ? '→ ' : '  '}${line}`);
  return `${[...lines, ...marked].join('\n')}\n`;
}

const count = (findings: readonly Finding[], verdict: Finding['verdict'], word: string): string => {
  const { length } = findings.filter((finding) => finding.verdict === verdict);
  return `${length === 0 ? 'no' : length} ${word}${length === 1 ? '' : 's'}`;
};

const summary = ({ findings }: Examination): string => {
  const text = `${count(findings, 'problem', 'problem')}, ${count(findings, 'warning', 'warning')}`;
  return `${text[0]?.toUpperCase() ?? ''}${text.slice(1)}.`;
};

function jsonOf(shown: string, examination: Examination, suggestion: string): string {
  const { outcome, findings, seen } = examination;
  const certificate = seen?.kind === 'certificate' ? { certificate: seen.certificate } : {};
  return printableJson(JSON.stringify({ url: shown, outcome, findings, ...certificate, suggestion }));
}

function confirmFtp({ scheme }: PlaceUrl): void {
  if (scheme === 'tftp')
    throw new CommandError(EXIT.wrongUsage, 'the doctor looks at FTP servers: try `portcall get --trace` for TFTP');
  if (scheme === 'sftp' || scheme === 'scp')
    throw new CommandError(EXIT.wrongUsage, 'doctor examines FTP: for SSH, ls --trace shows what is agreed on');
  if (scheme === 'file') throw new CommandError(EXIT.wrongUsage, 'name a server, such as ftp://user@host/');
}

async function runDoctor(options: Options, world: World, [url = '']: readonly string[]): Promise<number> {
  // The command line may hold a password.
  world.setTitle('portcall doctor');
  const stop = new AbortController();
  const marked = await bookmarked(options, world, stop.signal)(url);
  const address = marked?.url ?? readUrl(url);
  confirmFtp(address);
  const connection = await ftpOptions(address, marked?.options ?? (await connectOptions(options, world)));
  const path = address.path === '' ? undefined : resolvePath(ROOT, address.path);
  const shown = marked === undefined ? withoutPassword(url) : `${originText(address)}/${escapedPath(address.path)}`;
  const isJson = options['json'] === true;
  const leave = world.onStopSignal(() => stop.abort(new CommandError(EXIT.interrupted, 'interrupted')));
  if (!isJson) world.stdout.write(`${printable(shown)}\n\n`);
  try {
    const examination = await doctor({
      connection,
      path,
      random: randomBytes(6).toString('hex'),
      writeTest: options['writeTest'] === true ? 'yes' : 'no',
      onFinding(finding) {
        if (!isJson) world.stdout.write(findingText(finding));
      },
      signal: stop.signal,
    });
    const suggestion = suggestionOf(shown, connection, { findings: examination.findings, seen: examination.seen });
    if (isJson) world.stdout.write(`${jsonOf(shown, examination, suggestion)}\n`);
    else world.stdout.write(`\n${summary(examination)}\nTo connect: ${printable(suggestion)}\n`);
    return CODES[examination.outcome];
  } finally {
    leave();
  }
}

export const doctorCommand: CommandRow = {
  name: 'doctor',
  summary: 'examine a server: what it offers, what is wrong, and what to do',
  examples: [
    ['portcall doctor ftp://ann@ftp.example.net/', 'addresses, encryption, both modes, listings, features'],
    ['portcall doctor ftps://ann@ftp.example.net/images/a.bin', 'fetches the file too: rate and resuming'],
    ['portcall doctor --write-test ftps://ann@ftp.example.net/incoming/', 'makes a small file there and removes it'],
  ],
  arguments: [{ syntax: '<url>', summary: 'a server, a directory or a file' }],
  options: [
    { flags: '--write-test', summary: 'make a small file in the directory, try everything with it, and remove it' },
    ...CONNECT_OPTIONS,
    JSON_OPTION,
  ],
  run: runDoctor,
};
