/** Puts every file system of ours to the one contract. */
import process from 'node:process';
import { ROOT } from '../../src/base/virtual-path.ts';
import { announced, chaos, memoryFileSystem, mountFileSystem } from '../../src/files/index.ts';
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
describeFileSystem('announced memory', () => ({ fileSystem: announced(memoryFileSystem(), testHook().hook) }));
describeFileSystem('announced local, where the hook decides', () => {
  const { fileSystem, dispose } = makeLocal({ flush: 'never' });
  const { hook } = testHook({ decides: () => Promise.resolve(true) });
  return { fileSystem: announced(fileSystem, hook), dispose };
});
