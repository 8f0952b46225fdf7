/** `portcall doctor`: examines a server, prints what was found and what to do, and how to connect best. */
import { randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { parseAddress } from '../../app/doctor/address.ts';
import { doctor, type Examination, type Finding, type Outcome, suggestionOf } from '../../app/doctor/doctor.ts';
import { systemClock } from '../../base/clock.ts';
import { printable, printableJson } from '../../base/escape.ts';
import { CommandError, type CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { JSON_OPTION } from '../running-server.ts';
import { traceTo } from '../trace/trace-to.ts';
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

const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

async function fileOption(options: Options, name: string, world: World): Promise<string | undefined> {
  const file = textOption(options, name);
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(world.cwd, file), 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.wrongUsage, `cannot read ${file}; check its name and rights`, { cause });
  }
}

/** What the command line says of the connection, beside the address. */
async function connectionOf(options: Options, world: World): Promise<Parameters<typeof doctor>[0]['connection']> {
  const address = parseAddress(textOption(options, 'url') ?? '');
  if (address === undefined)
    throw new CommandError(EXIT.wrongUsage, 'name a server as ftp://user@host/, ftps://… or ftpes://…');
  const ca = await fileOption(options, 'ca', world);
  const password = (await fileOption(options, 'passwordFile', world))?.replace(/\r?\n[^]*$/, '');
  const pin = textOption(options, 'pin');
  const tls = { ...(ca === undefined ? {} : { ca }), ...(pin === undefined ? {} : { pin }) };
  const observe =
    options['trace'] === true ? traceTo((text) => world.stderr.write(text), { clock: systemClock }) : undefined;
  return {
    ...address.connection,
    tls,
    ...(password === undefined ? {} : { password }),
    ...(observe === undefined ? {} : { observe }),
  };
}

function jsonOf(shown: string, examination: Examination, suggestion: string): string {
  const { outcome, findings, seen } = examination;
  const certificate = seen?.kind === 'certificate' ? { certificate: seen.certificate } : {};
  return printableJson(JSON.stringify({ url: shown, outcome, findings, ...certificate, suggestion }));
}

async function runDoctor(options: Options, world: World, [url = '']: readonly string[]): Promise<number> {
  // The command line may hold a password.
  world.setTitle('portcall doctor');
  const connection = await connectionOf({ ...options, url }, world);
  const address = parseAddress(url);
  const shown = address?.shown ?? '';
  const isJson = options['json'] === true;
  const stop = new AbortController();
  const leave = world.onStopSignal(() => stop.abort(new CommandError(EXIT.interrupted, 'interrupted')));
  if (!isJson) world.stdout.write(`${printable(shown)}\n\n`);
  try {
    const examination = await doctor({
      connection,
      path: address?.path,
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
    { flags: '--ca <file>', summary: 'certificates of authorities to trust (PEM)' },
    { flags: '--pin <sha256>', summary: 'the fingerprint of the only certificate to trust' },
    { flags: '--password-file <file>', summary: 'the first line of the file is the password' },
    { flags: '--trace', summary: 'show the conversation on standard error' },
    JSON_OPTION,
  ],
  run: runDoctor,
};
