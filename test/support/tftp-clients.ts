/** The TFTP clients that others wrote: one row each, and the command lines that make them do the same. */
import { run, type RunResult } from './program.ts';

/** What a client is to do, in a folder of its own. */
export interface TftpErrand {
  readonly host: string;
  readonly port: number;
  /** The client's own file, a name in its folder. */
  readonly local: string;
  readonly remote: string;
  readonly home: string;
  /** Asked for as an option; the client's own default when left out. */
  readonly blockBytes?: number;
  readonly windowBlocks?: number;
  readonly mode?: 'octet' | 'netascii';
  /** What is lost is to be asked for again soon: where the client can be told, by itself, else by the server. */
  readonly patience?: 'short';
}

export interface TftpProgram {
  readonly program: string;
  readonly families: readonly (4 | 6)[];
  /** What can be asked for on its command line. */
  readonly options: readonly ('blockBytes' | 'windowBlocks' | 'netascii')[];
  /** Its own quirk: it asks for netascii and converts nothing, so that its files look as they do on the wire. */
  readonly leavesNetascii?: boolean;
  readonly get: (errand: TftpErrand) => Promise<RunResult>;
  readonly put: (errand: TftpErrand) => Promise<RunResult>;
}

type Line = (errand: TftpErrand) => readonly string[];

function client(
  program: string,
  { get, put, ...rest }: Omit<TftpProgram, 'program' | 'get' | 'put'> & { readonly get: Line; readonly put: Line },
): TftpProgram {
  const perform =
    (line: Line) =>
    (errand: TftpErrand): Promise<RunResult> =>
      run(program, line(errand), { cwd: errand.home });
  return { program, ...rest, get: perform(get), put: perform(put) };
}

const modeOf = ({ mode = 'octet' }: TftpErrand): string => mode;

/** Its wait of five seconds is shortened only by a command, and a line has room for one: so they come as input. */
async function hpa(errand: TftpErrand, ...words: string[]): Promise<RunResult> {
  const family = errand.host.includes(':') ? '-6' : '-4';
  const line = [family, '-m', modeOf(errand), errand.host, String(errand.port)];
  const options = { cwd: errand.home };
  if (errand.patience === undefined) return await run('tftp', [...line, '-c', ...words], options);
  return await run('tftp', line, { ...options, input: `rexmt 1\ntimeout 60\n${words.join(' ')}\nquit\n` });
}

const atftp = (errand: TftpErrand, direction: string): string[] => {
  const { host, port, local, remote, blockBytes, windowBlocks } = errand;
  // prettier-ignore
  return [
    '--option', `mode ${modeOf(errand)}`,
    ...(blockBytes === undefined ? [] : ['--option', `blksize ${blockBytes}`]),
    ...(errand.patience === 'short' ? ['--tftp-timeout', '1'] : []),
    ...(windowBlocks === undefined ? [] : ['--option', `windowsize ${windowBlocks}`]),
    direction, '--local-file', local, '--remote-file', remote, host, String(port),
  ];
};

const curl = (errand: TftpErrand, ...words: string[]): string[] => {
  const { host, port, remote, blockBytes } = errand;
  const url = `tftp://${host.includes(':') ? `[${host}]` : host}:${port}/${remote};mode=${modeOf(errand)}`;
  const block = blockBytes === undefined ? [] : ['--tftp-blksize', String(blockBytes)];
  // Else it asks the server to wait for six seconds before it sends anything again (RFC 2349).
  const plain = errand.patience === 'short' ? ['--tftp-no-options'] : [];
  return ['--silent', '--show-error', '--globoff', ...block, ...plain, ...words, url];
};

const busybox = (errand: TftpErrand, direction: string): string[] => {
  const { host, port, local, remote, blockBytes } = errand;
  const block = blockBytes === undefined ? [] : ['-b', String(blockBytes)];
  return ['tftp', direction, '-l', local, '-r', remote, ...block, host, String(port)];
};

export const TFTP_CLIENTS: readonly TftpProgram[] = [
  {
    program: 'tftp',
    families: [4, 6],
    options: ['netascii'],
    get: (errand) => hpa(errand, 'get', errand.remote, errand.local),
    put: (errand) => hpa(errand, 'put', errand.local, errand.remote),
  },
  client('atftp', {
    families: [4, 6],
    options: ['blockBytes', 'windowBlocks', 'netascii'],
    get: (errand) => atftp(errand, '--get'),
    put: (errand) => atftp(errand, '--put'),
  }),
  client('curl', {
    families: [4, 6],
    options: ['blockBytes', 'netascii'],
    leavesNetascii: true,
    get: (errand) => curl(errand, '--output', errand.local),
    put: (errand) => curl(errand, '--upload-file', errand.local),
  }),
  client('busybox', {
    families: [4, 6],
    options: ['blockBytes'],
    get: (errand) => busybox(errand, '-g'),
    put: (errand) => busybox(errand, '-p'),
  }),
];
