/** The files of a device in one tree, for the servers that it runs itself: a directory for each volume, `/flash0:/x`. */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Device } from '../../device/index.ts';
import { type FileSystem, memoryFileSystem, mountFileSystem } from '../../files/index.ts';

/** Where the running configuration lies among the volumes. */
const RUNNING_CONFIG = '/system:/running-config' as VirtualPath;

const mountPoint = (name: string): VirtualPath => resolvePath(ROOT, name) ?? ROOT;

/** `system` holds the running configuration as it is now. */
export function deviceTree({ volumes }: Device, system: FileSystem = memoryFileSystem()): FileSystem {
  return mountFileSystem([
    ...volumes.all.map(({ facts, files }) => ({ at: mountPoint(facts.name), fileSystem: files })),
    { at: mountPoint('system:'), fileSystem: system },
  ]);
}

/** What a name of the device is in the tree: `flash:x`, `nvram:startup-config`, `running-config`, or one in its main volume. */
export function pathInTree({ volumes }: Device, name: string): VirtualPath | undefined {
  if (/^(system:\/?)?running-config$/i.test(name)) return RUNNING_CONFIG;
  if (/^startup-config$/i.test(name)) return resolvePath(mountPoint(volumes.nvram.facts.name), name.toLowerCase());
  const spot = volumes.resolve(name, { volume: volumes.main, path: ROOT });
  return spot === undefined ? undefined : resolvePath(mountPoint(spot.volume.facts.name), `.${spot.path}`);
}
