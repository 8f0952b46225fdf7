/** Looks at the folders that are to be served before anything is opened. */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import type { Problem } from '../config/problem.ts';
import type { RootSettings, ServeSettings } from '../config/settings.ts';
import { makeStateDirectory } from '../config/state-directory.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

function flawOf({ path, ifMissing }: RootSettings): string | undefined {
  try {
    if (!statSync(path).isDirectory()) return `${path} is not a folder; name the folder that holds the files`;
    accessSync(path, constants.R_OK | constants.X_OK);
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    if (code === 'ENOENT' && ifMissing === 'create') return undefined;
    if (code === 'ENOENT') return `${path} does not exist; make it or name another folder`;
    return `${path} cannot be read (${code}); let this user read it or name another folder`;
  }
}

/** What is wrong with the folders; nothing is made or changed. */
export function checkRoots(settings: ServeSettings): Problem[] {
  return settings.folders.flatMap((root) => {
    const what = flawOf(root);
    return what === undefined ? [] : [{ where: root.where, what }];
  });
}

/** Makes what may be made: the default root, and the folder for what is remembered. Gives what could not be made. */
export function makeFolders({ folders, state }: ServeSettings): Problem[] {
  const unmade = folders.flatMap(({ path, where, ifMissing }) => {
    try {
      if (ifMissing === 'create') mkdirSync(path, { recursive: true });
      return [];
    } catch (error) {
      return [{ where, what: `${path} cannot be made (${codeOf(error)}); name another folder` }];
    }
  });
  const problem = makeStateDirectory(state);
  return problem === undefined ? unmade : [...unmade, problem];
}
