/**
 * Software on trial: what was activated and not committed is taken back by the next reload but one, or when its time is
 * over. Whatever happens in between, even a plug that is pulled, packages.conf names packages that are there.
 */
import type { HardwareFacts, Hardware } from '../state/hardware.ts';
import { readText, standing, type Volumes, writeText } from '../state/volumes.ts';
import { ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import { InstallFailure, PACKAGES_CONF, packagesOf, versionIn } from './provisioning.ts';

/** The packages.conf of before, while the new one is on trial. */
const BEFORE_CONF = '/packages.conf.00-' as VirtualPath;
/** What is not committed by then is taken back. */
const AUTO_ABORT_MS = 7_200_000;
/** Rollback points that are remembered; older ones go. */
const MOST_POINTS = 16;

export interface Box {
  readonly volumes: Volumes;
  readonly hardware: Hardware;
}

export interface Activation {
  readonly conf: VirtualPath;
  /** Milliseconds since 1970 by the world's clock. */
  readonly nowMs: number;
  /** The file that runs, where it is a bundle. */
  readonly bundle?: string;
}

async function removeIfThere({ main }: Volumes, path: VirtualPath): Promise<void> {
  await main.files.remove(path).catch((error: unknown) => {
    if (!(error instanceof FileError && error.kind === 'not-found')) throw error;
  });
}

/** Puts a conf in the place of packages.conf, on trial. The trial is on record before anything changes. */
export async function activate({ volumes, hardware }: Box, { conf, nowMs, bundle }: Activation): Promise<void> {
  const { main } = volumes;
  const text = await readText(main.files, conf);
  const version = versionIn(await packagesOf(main, conf));
  if (text === undefined || version === undefined) throw new InstallFailure('No inactive package found');
  const before = await readText(main.files, PACKAGES_CONF);
  if (before === undefined) await removeIfThere(volumes, BEFORE_CONF);
  else await writeText(main.files, BEFORE_CONF, before);
  const trial = { boots: 0, version, untilMs: nowMs + AUTO_ABORT_MS, ...(bundle !== undefined && { bundle }) };
  hardware.change({ trial });
  await writeText(main.files, PACKAGES_CONF, text);
}

/** The trial has gone well: what runs is a point that one can come back to. */
export async function commit({ volumes, hardware }: Box): Promise<void> {
  const version = versionIn(await packagesOf(volumes.main, PACKAGES_CONF));
  const { points = [] } = hardware.facts;
  const isNew = version !== undefined && points.at(-1)?.version !== version;
  const next = (points.at(-1)?.id ?? -1) + 1;
  const all = isNew ? [...points, { id: next, version }].slice(-MOST_POINTS) : points;
  hardware.change({ trial: undefined, points: all });
}

async function isThere({ volumes }: Box, file: string | undefined): Promise<boolean> {
  const spot = file === undefined ? undefined : volumes.resolve(file, { volume: volumes.main, path: ROOT });
  return spot !== undefined && (await standing(spot)) !== undefined;
}

/** Brings back what was booted before. False: there is nothing to go back to, and what is active stays. */
export async function rollBack(box: Box): Promise<boolean> {
  const { volumes, hardware } = box;
  const { main } = volumes;
  const { trial } = hardware.facts;
  const before = await readText(main.files, BEFORE_CONF);
  const bundle = (await isThere(box, trial?.bundle)) ? trial?.bundle : undefined;
  if (before !== undefined) await writeText(main.files, PACKAGES_CONF, before);
  else if (bundle !== undefined) await removeIfThere(volumes, PACKAGES_CONF);
  hardware.change({ trial: undefined, ...(bundle !== undefined && { boot: `${bundle},1;` }) });
  await removeIfThere(volumes, BEFORE_CONF);
  return before !== undefined || bundle !== undefined;
}

/** At each boot: a trial that was booted once and never committed is over, and so is one that never came about. */
export async function judgeTrial(box: Box): Promise<void> {
  const { volumes, hardware } = box;
  const { trial } = hardware.facts;
  if (trial === undefined) return;
  const isActive = versionIn(await packagesOf(volumes.main, PACKAGES_CONF)) === trial.version;
  if (!isActive) hardware.change({ trial: undefined });
  else if (trial.boots === 0) hardware.change({ trial: { ...trial, boots: 1 } });
  else await rollBack(box);
}

/** What is left of a trial's time. */
export const trialLeftMs = ({ trial }: HardwareFacts, nowMs: number): number =>
  trial === undefined ? 0 : Math.max(0, Math.min(AUTO_ABORT_MS, trial.untilMs - nowMs));

/** Files of the main volume that must stay: what runs, and what a trial would go back to. */
export function neededFiles({ trial }: HardwareFacts, running: string): readonly string[] {
  const onTrial =
    trial === undefined ? [] : [BEFORE_CONF.slice(1), ...(trial.bundle === undefined ? [] : [trial.bundle])];
  return [running, ...onTrial].map((file) => file.replace(/^[^:]*:\/?/, ''));
}
