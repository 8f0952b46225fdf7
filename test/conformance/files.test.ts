/** Puts every file system of ours to the one contract. */
import process from 'node:process';
import { PERMISSIONS } from '../../src/accounts/permission.ts';
import { permissionRules } from '../../src/accounts/permission-rules.ts';
import { permitted } from '../../src/accounts/permitted.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ROOT } from '../../src/base/virtual-path.ts';
import { announced, chaos, memoryFileSystem, mountFileSystem, quota, throttled } from '../../src/files/index.ts';
import { judged } from '../../src/files/wrap/judged.ts';
import { testHook } from '../support/upload-hook.ts';
import { describeFileSystem } from './files.ts';
import { makeLocal } from './make-local.ts';

if (process.platform === 'linux') describeFileSystem('local, by descriptors', () => makeLocal({ jail: 'descriptors' }));
describeFileSystem('local, by paths', () => makeLocal({ jail: 'paths', flush: 'never' }));
describeFileSystem('memory', () => ({ fileSystem: memoryFileSystem() }));
describeFileSystem('mount of a memory', () => ({
  fileSystem: mountFileSystem([{ at: ROOT, fileSystem: memoryFileSystem() }]),
}));
describeFileSystem('mount of a local', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  return { fileSystem: mountFileSystem([{ at: ROOT, fileSystem }]), dispose };
});
describeFileSystem('chaos without a fault', () => ({ fileSystem: chaos(memoryFileSystem(), []) }));
/** Its own guard is never asked: the wrapper looks and judges before it calls. */
describeFileSystem('a memory judged from outside', () => ({ fileSystem: judged(memoryFileSystem()) }));

/** They allow everything, and are not the same everywhere. */
const rules = permissionRules(['/', '/no-such-place/below'].map((path) => ({ path, allow: PERMISSIONS })));
describeFileSystem('permitted memory', () => ({ fileSystem: permitted(memoryFileSystem(), rules) }));
describeFileSystem('permitted local', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  return { fileSystem: permitted(fileSystem, rules), dispose };
});
const rates = { uploadBytesPerSecond: 1e9, downloadBytesPerSecond: 1e9 };
describeFileSystem('throttled memory', () => ({ fileSystem: throttled(memoryFileSystem(), rates, systemClock) }));
describeFileSystem('throttled local', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  return { fileSystem: throttled(fileSystem, rates, systemClock), dispose };
});
const large = { bytes: 2 ** 50, files: 1e9 };
describeFileSystem('memory with a quota', () => ({ fileSystem: quota(memoryFileSystem(), large, systemClock) }));
describeFileSystem('local with a quota', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  return { fileSystem: quota(fileSystem, large, systemClock), dispose };
});
describeFileSystem('announced memory', () => ({ fileSystem: announced(memoryFileSystem(), testHook().hook) }));
describeFileSystem('announced local, where the hook decides', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  const { hook } = testHook({ decides: () => Promise.resolve(true) });
  return { fileSystem: announced(fileSystem, hook), dispose };
});
