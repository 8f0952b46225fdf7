/** What the clients are asked to do: one row each. */
import { mkdir, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type ClientProgram, type Errand, type Many, measured, type Taken } from './client-program.ts';
import type { Row, Sample } from './measurement.ts';
import { thousands } from './measurement.ts';
import type { Workload } from './workload.ts';
import { sha256 } from './workload.ts';

/** One client before a server that runs. */
export interface ClientStage {
  readonly client: ClientProgram;
  readonly errand: Errand;
  readonly workload: Workload;
  readonly server: string;
  /** The compiled `run-measured`. */
  readonly runner: string;
  readonly check: 'sizes' | 'hashes';
}

export interface ClientMeasurement {
  /** The word that `--only` knows. */
  readonly word: string;
  readonly protection: 'none' | 'tls';
  /** Undefined when the client cannot do it. */
  readonly run: (stage: ClientStage) => Promise<Sample[] | undefined>;
}

export const SMALL_BYTES = 2048;
const KIB_PER_MIB = 1024;

const large = (direction: 'get' | 'put', protection: 'none' | 'tls'): ClientMeasurement => ({
  word: `${protection === 'tls' ? 'ftps-' : ''}${direction}`,
  protection,
  async run(stage) {
    const { client, errand, workload, server } = stage;
    const argv =
      direction === 'get'
        ? client.get?.(errand, { local: join(errand.folder, 'big'), remote: '/big' })
        : client.put?.(errand, { local: workload.big, remote: '/up/big' });
    if (argv === undefined || (protection === 'tls' && !client.speaksTls)) return undefined;
    const taken = await measured(stage.runner, argv, errand.folder);
    const moved = direction === 'get' ? join(errand.folder, 'big') : join(workload.uploads, 'big');
    await confirmSame(moved, stage);
    await rm(moved);
    const over = protection === 'tls' ? ' over TLS' : '';
    const label = `${direction} of ${workload.sizes.transferMiB} MiB${over}, ${server}`;
    return samplesOf(label, taken, { of: workload.sizes.transferMiB, unit: 'MiB/s' });
  },
});

const small = (direction: 'get' | 'put', connections: number): ClientMeasurement => ({
  word: `small-${direction}-${connections}`,
  protection: 'none',
  async run(stage) {
    const { client, errand, workload, server } = stage;
    const many: Many = { connections, count: workload.sizes.smallFiles };
    // The folder bears the same name on both sides, as one of the clients insists.
    const fetched = { local: join(errand.folder, 'small'), remote: '/small' };
    const stored = { local: join(workload.root, 'small'), remote: '/up/small' };
    if (direction === 'get') await mkdir(fetched.local);
    const argv = direction === 'get' ? client.getAll?.(errand, fetched, many) : client.putAll?.(errand, stored, many);
    if (argv === undefined) return undefined;
    const taken = await measured(stage.runner, argv, errand.folder);
    await confirmAll(direction === 'get' ? fetched.local : join(workload.uploads, 'small'), many.count);
    const way = connections === 1 ? 'one connection' : `${connections} connections`;
    const label = `${direction} of ${thousands(many.count)} files of ${SMALL_BYTES / 1024} KiB, ${way}, ${server}`;
    return samplesOf(label, taken, { of: many.count, unit: 'files/s' });
  },
});

export const CLIENT_MEASUREMENTS: readonly ClientMeasurement[] = [
  large('get', 'none'),
  large('put', 'none'),
  large('get', 'tls'),
  large('put', 'tls'),
  small('get', 1),
  small('get', 8),
  small('put', 1),
  small('put', 8),
];

function samplesOf(label: string, taken: Taken, { of, unit }: { of: number; unit: string }): Sample[] {
  const rows: readonly (readonly [Row, number])[] = [
    [{ label, unit, better: 'more' }, of / taken.seconds],
    [{ label: `${label}: time`, unit: 's', better: 'less' }, taken.seconds],
    [{ label: `${label}: CPU`, unit: 's', better: 'less' }, taken.cpuSeconds],
    [{ label: `${label}: largest memory`, unit: 'MiB', better: 'less' }, taken.largestRssKiB / KIB_PER_MIB],
  ];
  return rows.map(([row, value]) => ({ row, value }));
}

async function confirmSame(moved: string, { workload, check }: ClientStage): Promise<void> {
  const { size } = await stat(moved);
  if (size !== workload.bigBytes) throw new Error(`${size} bytes were moved instead of ${workload.bigBytes}`);
  if (check === 'hashes' && (await sha256(moved)) !== (await sha256(workload.big)))
    throw new Error('what was moved is not what was there');
}

/** Some clients put the folder into the folder. */
async function confirmAll(folder: string, count: number): Promise<void> {
  const names = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = names.filter((entry) => entry.isFile());
  if (files.length !== count) throw new Error(`${files.length} files were moved instead of ${count}`);
  for (const file of files) {
    const { size } = await stat(join(file.parentPath, file.name));
    if (size !== SMALL_BYTES) throw new Error(`${file.name} has ${size} bytes`);
  }
}
