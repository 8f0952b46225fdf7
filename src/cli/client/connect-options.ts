/** The flags with which every command connects, and what they mean. */
import { resolve } from 'node:path';
import type { ConnectOptions } from '../../app/connect.ts';
import { systemClock } from '../../base/clock.ts';
import { parsePortRange } from '../../config/port-range.ts';
import type { OptionRow } from '../command.ts';
import { isOn, numberOf, type Options, textOf, wrong } from './flag-values.ts';
import { SSH_OPTIONS, sshOf } from './ssh-options.ts';
import { trustOf } from './trust-options.ts';
import { readAnswer } from '../prompt.ts';
import { traceTo } from '../trace/trace-to.ts';
import type { World } from '../world.ts';

/** What a client of FTP has unless told. */
const DEFAULT_CONNECTIONS = 8;

export const CONNECT_OPTIONS: readonly OptionRow[] = [
  { flags: '--user <name>', summary: 'who to log in as, where the URL names nobody' },
  { flags: '--password-file <file>', summary: 'a file whose first line is the password' },
  { flags: '--ca <file>', summary: 'trust the authorities in this PEM file instead of the system’s' },
  { flags: '--pin <sha256>', summary: 'trust the certificate with this fingerprint, and no other' },
  { flags: '--cert <file>', summary: 'a client certificate of one’s own, as PEM' },
  { flags: '--key <file>', summary: 'its key' },
  { flags: '--insecure', summary: 'trust any certificate, and any host key' },
  { flags: '--tls-min <version>', summary: '1.2 (the default) or 1.3' },
  { flags: '--active', summary: 'active mode: the server makes the data connections' },
  { flags: '--announce <address>', summary: 'the address that the server is told in active mode, behind a NAT' },
  { flags: '--active-ports <range>', summary: 'ports to listen on in active mode, such as 50000-50100' },
  { flags: '--allow-other-host', summary: 'follow a PASV reply to another host' },
  { flags: '--connections <n>', summary: 'control connections at once at most (8)' },
  { flags: '--connect-timeout <seconds>', summary: 'how long a connection may take to come about (10)' },
  { flags: '--timeout <seconds>', summary: 'how long the other side may be silent (30, 60 for data)' },
  { flags: '--retries <n>', summary: 'attempts after failures that pass (5)' },
  { flags: '--direct', summary: 'upload under the final name, for servers that allow no renaming' },
  { flags: '--blksize <bytes>', summary: 'TFTP: bytes of a block that are asked for (1428)' },
  { flags: '--window <blocks>', summary: 'TFTP: blocks of a window that are asked for (16)' },
  ...SSH_OPTIONS,
  { flags: '--trace', summary: 'show the conversation on standard error' },
];

const millisecondsOf = (options: Options, name: string, flag: string): number | undefined => {
  const seconds = numberOf(options, name, flag, 0.001);
  return seconds === undefined ? undefined : seconds * 1000;
};

function dataOf(options: Options): NonNullable<ConnectOptions['data']> {
  const announce = textOf(options, 'announce');
  const range = textOf(options, 'activePorts');
  const ports = range === undefined ? undefined : parsePortRange(range);
  if (range !== undefined && ports === undefined) throw wrong('--active-ports', 'must be a range such as 50000-50100');
  if (!isOn(options, 'active') && announce === undefined && ports === undefined)
    return { mode: 'passive', otherHost: isOn(options, 'allowOtherHost') ? 'follow' : 'refuse' };
  return {
    mode: 'active',
    ...(announce === undefined ? {} : { announce }),
    ...(ports === undefined ? {} : { ports: [ports.first, ports.last] as const }),
  };
}

/** Asks at the terminal, where there is one. */
const askingAt = (world: World): ConnectOptions['ask'] =>
  world.stdin.isTTY === true ? (question) => readAnswer(question, world.stdin, world.stderr) : undefined;

/** So many connections as were asked for; no fewer than what is to be moved at once. */
function limitsOf(options: Options): Pick<ConnectOptions, 'limits'> {
  const connections = numberOf(options, 'connections', '--connections');
  if (connections !== undefined) return { limits: { connections: Math.floor(connections) } };
  const atOnce = numberOf(options, 'parallel', '--parallel') ?? 1;
  return atOnce > DEFAULT_CONNECTIONS ? { limits: { connections: Math.floor(atOnce) } } : {};
}

const MOST_BLOCK_BYTES = 65_464;
const LEAST_BLOCK_BYTES = 8;
const MOST_WINDOW_BLOCKS = 65_535;
const MOST_TIMEOUT_SECONDS = 255;
/** A server that sends again so often within the silence that is borne has its chances. */
const REPEATS = 5;

/** What only TFTP knows: `--timeout` is how long the server may be silent, and what it is asked to wait itself. */
function tftpOf(options: Options, silenceMs: number | undefined): NonNullable<ConnectOptions['tftp']> {
  const blockBytes = numberOf(options, 'blksize', '--blksize', LEAST_BLOCK_BYTES);
  const windowBlocks = numberOf(options, 'window', '--window');
  if ((blockBytes ?? 0) > MOST_BLOCK_BYTES) throw wrong('--blksize', `must be ${MOST_BLOCK_BYTES} at most`);
  if ((windowBlocks ?? 0) > MOST_WINDOW_BLOCKS) throw wrong('--window', `must be ${MOST_WINDOW_BLOCKS} at most`);
  const repeatSeconds = Math.round((silenceMs ?? 0) / 1000 / REPEATS);
  return {
    ...(blockBytes === undefined ? {} : { blockBytes: Math.floor(blockBytes) }),
    ...(windowBlocks === undefined ? {} : { windowBlocks: Math.floor(windowBlocks) }),
    ...(repeatSeconds < 1 ? {} : { timeoutSeconds: Math.min(MOST_TIMEOUT_SECONDS, repeatSeconds) }),
    ...(silenceMs === undefined ? {} : { timing: { silenceMs, tries: 1, triesUnproven: 1 } }),
  };
}

/** As wide as the terminal, where it goes to one. */
function traceOn({ stderr }: World): NonNullable<ConnectOptions['observe']> {
  const { columns = 0 } = stderr;
  return traceTo((text) => stderr.write(text), { clock: systemClock, ...(columns > 0 ? { width: columns } : {}) });
}

/** What the flags say. Throws a `CommandError` or `ConfigurationError` for what makes no sense. */
export async function connectOptions(
  options: Options,
  world: World,
): Promise<ConnectOptions & { readonly cwd: string }> {
  const connectMs = millisecondsOf(options, 'connectTimeout', '--connect-timeout');
  const silenceMs = millisecondsOf(options, 'timeout', '--timeout');
  const attempts = numberOf(options, 'retries', '--retries', 0);
  return {
    cwd: world.cwd,
    user: textOf(options, 'user'),
    passwordFile: textOf(options, 'passwordFile') && resolve(world.cwd, textOf(options, 'passwordFile') ?? ''),
    ask: askingAt(world),
    tls: await trustOf(options, world),
    ssh: sshOf(options, world),
    data: dataOf(options),
    timeouts: {
      ...(connectMs === undefined ? {} : { connectMs }),
      ...(silenceMs === undefined ? {} : { replyMs: silenceMs, dataMs: silenceMs }),
    },
    tftp: tftpOf(options, silenceMs),
    ...limitsOf(options),
    ...(attempts === undefined ? {} : { retry: { attempts: Math.floor(attempts) + 1 } }),
    ...(isOn(options, 'direct') ? { uploads: 'direct' as const } : {}),
    ...(isOn(options, 'trace') ? { observe: traceOn(world) } : {}),
  };
}
