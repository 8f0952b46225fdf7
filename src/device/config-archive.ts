/** Configurations that a device keeps one after another: `archive`, `path flash:bak`, `maximum 10`. */
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../base/virtual-path.ts';
import { CommandRefusal, type RunningSystem } from './command.ts';
import { dayText } from './render/time.ts';
import { type Spot, writeText } from './state/volumes.ts';

const DEFAULT_MOST = 10;

export interface Archive {
  readonly spot: Spot;
  /** As the configuration has it: `flash:bak`. */
  readonly path: string;
  readonly most: number;
}

export const NOT_ENABLED = 'Archive feature not enabled';

/** Where archives go; `undefined` where nobody has said. */
export function archiveOf({ config, volumes, hostname }: RunningSystem): Archive | undefined {
  const section = config.section('archive');
  const path = section?.value('path')?.replaceAll('$h', hostname).replaceAll('$t', '');
  const spot = path === undefined ? undefined : volumes.resolve(path, { volume: volumes.main, path: ROOT });
  if (path === undefined || spot === undefined) return undefined;
  return { path, spot, most: Number(section?.value('maximum') ?? DEFAULT_MOST) };
}

export interface Kept {
  readonly name: string;
  readonly number: number;
}

/** What was kept, the oldest first. */
export async function keptIn({ spot }: Archive): Promise<readonly Kept[]> {
  const prefix = `${baseName(spot.path)}-`;
  const found: Kept[] = [];
  for await (const batch of spot.volume.files.list(parentOf(spot.path)))
    for (const { name } of batch) {
      const number = name.startsWith(prefix) ? /-(\d+)$/.exec(name)?.[1] : undefined;
      if (number !== undefined) found.push({ name, number: Number(number) });
    }
  return found.toSorted((one, other) => one.number - other.number);
}

const besideOf = ({ spot }: Archive, name: string): VirtualPath => resolvePath(parentOf(spot.path), name) ?? spot.path;

/** Keeps the running configuration. Throws a `CommandRefusal` where nobody has said where. */
export async function keepConfiguration(system: RunningSystem): Promise<void> {
  const archive = archiveOf(system);
  if (archive === undefined) throw new CommandRefusal(NOT_ENABLED);
  const kept = await keptIn(archive);
  const number = (kept.at(-1)?.number ?? -1) + 1;
  const when = dayText(system.now(), true).replaceAll(/[ :]/g, '-');
  const name = `${baseName(archive.spot.path)}-${when}-${number}`;
  const { files } = archive.spot.volume;
  await writeText(files, besideOf(archive, name), `${system.configurationText()}\n`);
  for (const { name: old } of kept.slice(0, Math.max(0, kept.length + 1 - archive.most)))
    await files.remove(besideOf(archive, old));
}
