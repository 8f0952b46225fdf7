/** What is measured of TFTP servers: one row each, done by the lean client in `load/`. */
import { execFile } from 'node:child_process';
import { chmod, mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import type { Sample } from './measurement.ts';
import { thousands } from './measurement.ts';
import type { ServerProcess } from './server-process.ts';
import type { TftpContestant } from './tftp-contestants.ts';
import { sha256 } from './workload.ts';

const run = promisify(execFile);

const MIB = 1024 * 1024;
const PATIENCE_MS = 120_000;

export interface TftpSizes {
  /** Of the file that one client moves, and of that which many move at once. */
  readonly oneMiB: number;
  readonly manyMiB: number;
  readonly clients: number;
  readonly requests: number;
}

export const TFTP_FULL: TftpSizes = { oneMiB: 64, manyMiB: 4, clients: 50, requests: 2_000 };
export const TFTP_QUICK: TftpSizes = { oneMiB: 16, manyMiB: 1, clients: 50, requests: 500 };

/** The files: `one`, `many`, `small`, and `up/` for what is written. */
export interface TftpFolder {
  readonly path: string;
  readonly sizes: TftpSizes;
}

export async function fillFolder({ path, sizes }: TftpFolder): Promise<void> {
  await chmod(path, 0o755);
  for (const [name, bytes] of [
    ['one', sizes.oneMiB * MIB],
    ['many', sizes.manyMiB * MIB],
    ['small', 300],
  ] as const) {
    await writeFile(join(path, name), randomBytes(bytes));
    await chmod(join(path, name), 0o644);
  }
  await clearUploads(path);
}

async function clearUploads(path: string): Promise<void> {
  const uploads = join(path, 'up');
  await rm(uploads, { recursive: true, force: true });
  await mkdir(uploads);
  await chmod(uploads, 0o777);
}

export interface TftpStage {
  readonly contestant: TftpContestant;
  readonly server: ServerProcess;
  readonly folder: TftpFolder;
  readonly loadProgram: string;
  /** In the first round what was moved is compared byte for byte. */
  readonly check: 'sizes' | 'bytes';
  /** Takes a sentence for the page, once. */
  readonly note: (sentence: string) => void;
}

export interface TftpMeasurement {
  /** The word that `--only` knows. */
  readonly word: string;
  readonly isOpenTo: (contestant: TftpContestant) => boolean;
  readonly run: (stage: TftpStage) => Promise<Sample[]>;
}

interface Loaded {
  readonly seconds: number;
  readonly bytes: number;
  readonly blockBytes: number;
  readonly windowBlocks: number;
  readonly cpuSeconds: number;
}

interface Load {
  readonly what: 'get' | 'put' | 'requests';
  readonly name: string;
  readonly reference: string;
  readonly numbers: readonly number[];
}

async function load({ contestant, server, loadProgram }: TftpStage, { what, name, reference, numbers }: Load) {
  const before = server.cpuSeconds();
  const words = [contestant.host, String(server.port), what, name, reference, ...numbers.map(String)];
  const { stdout } = await run(loadProgram, words, { timeout: PATIENCE_MS, killSignal: 'SIGKILL' });
  const [seconds = NaN, bytes = NaN, blockBytes = NaN, windowBlocks = NaN] = stdout.split(' ').map(Number);
  const loaded: Loaded = { seconds, bytes, blockBytes, windowBlocks, cpuSeconds: server.cpuSeconds() - before };
  return loaded;
}

type Wish = readonly [blockBytes: number, windowBlocks: number];

const GRID: readonly Wish[] = [1, 16, 64].flatMap((windowBlocks) =>
  [512, 1428, 8192].map((blockBytes) => [blockBytes, windowBlocks] as const),
);

/** A server that grants smaller blocks is not compared; a smaller window is its own choice, and told. */
function isGranted({ contestant, note }: TftpStage, loaded: Loaded, [blockBytes, windowBlocks]: Wish): boolean {
  const asked = `${contestant.name} was asked for blocks of ${blockBytes} bytes in windows of ${windowBlocks}`;
  if (loaded.blockBytes !== blockBytes) note(`${asked}, granted blocks of ${loaded.blockBytes}, and is not compared.`);
  else if (loaded.windowBlocks !== windowBlocks) note(`${asked} and granted windows of ${loaded.windowBlocks}.`);
  return loaded.blockBytes === blockBytes;
}

/** Not of tftpd-hpa: its processes end with their transfers, nobody waits for them, and their times are lost. */
const cpu = ({ contestant }: TftpStage, sample: Sample): Sample[] => (contestant.name === 'tftpd-hpa' ? [] : [sample]);

function move(what: 'get' | 'put', at: 'once' | 'many', grid = GRID): TftpMeasurement[] {
  return grid.map(([blockBytes, windowBlocks]) => ({
    word: at === 'once' ? what : `${what}-many`,
    isOpenTo: ({ windows, writes }) =>
      (windowBlocks === 1 || windows === 'yes') && (what === 'get' || writes === 'yes'),
    async run(stage) {
      const { folder, check } = stage;
      const { oneMiB, manyMiB, clients } = folder.sizes;
      const [name, MiB, count] = at === 'once' ? (['one', oneMiB, 1] as const) : (['many', manyMiB, clients] as const);
      const original = join(folder.path, name);
      const reference = what === 'put' || check === 'bytes' ? original : '-';
      const remote = what === 'get' ? name : 'up/new';
      const loaded = await load(stage, { what, name: remote, reference, numbers: [blockBytes, windowBlocks, count] });
      if (!isGranted(stage, loaded, [blockBytes, windowBlocks])) return [];
      if (loaded.bytes !== MiB * MIB * count) throw new Error(`${loaded.bytes} bytes were moved`);
      if (what === 'put') await confirmStored(folder, original, { count, check });
      const who = at === 'once' ? `${MiB} MiB` : `${MiB} MiB to each of ${count} at once`;
      const label = `${what} ${who}, ${blockBytes} × ${windowBlocks}`;
      const perBlock = (loaded.cpuSeconds * 1e6 * loaded.blockBytes) / loaded.bytes;
      return [
        { row: { label, unit: 'MiB/s', better: 'more' }, value: loaded.bytes / MIB / loaded.seconds },
        ...cpu(stage, { row: { label: `${label}: CPU`, unit: 'µs/block', better: 'less' }, value: perBlock }),
      ];
    },
  }));
}

async function confirmStored(
  { path }: TftpFolder,
  original: string,
  { count, check }: { readonly count: number; readonly check: TftpStage['check'] },
): Promise<void> {
  const facts = async (file: string): Promise<string> =>
    check === 'bytes' ? await sha256(file) : String((await stat(file)).size);
  const wanted = await facts(original);
  for (let index = 0; index < count; index += 1) {
    const stored = join(path, 'up', count === 1 ? 'new' : `new${index}`);
    if ((await facts(stored)) !== wanted) throw new Error(`${stored} is not what was sent`);
  }
  await clearUploads(path);
}

const requests: TftpMeasurement = {
  word: 'requests',
  isOpenTo: () => true,
  async run(stage) {
    const { requests: count } = stage.folder.sizes;
    const loaded = await load(stage, { what: 'requests', name: 'small', reference: '-', numbers: [count] });
    const label = `${thousands(count)} files of 300 bytes, one after another`;
    return [
      { row: { label, unit: 'files/s', better: 'more' }, value: count / loaded.seconds },
      ...cpu(stage, {
        row: { label: `${label}: CPU`, unit: 'ms/file', better: 'less' },
        value: (loaded.cpuSeconds * 1e3) / count,
      }),
    ];
  },
};

export const TFTP_MEASUREMENTS: readonly TftpMeasurement[] = [
  ...move('get', 'once'),
  ...move(
    'put',
    'once',
    GRID.filter(([blockBytes]) => blockBytes !== 8192),
  ),
  ...move('get', 'many'),
  ...move('put', 'many', [
    [1428, 1],
    [1428, 16],
  ]),
  requests,
];
