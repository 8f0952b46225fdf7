/** Looks at the folders that are to be served before anything is opened. */
import { accessSync, constants, mkdirSync, statSync } from 'node:fs';
import type { Problem } from '../config/problem.ts';
import type { RootSettings, ServeSettings } from '../config/settings.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** Every folder of the settings once. */
function rootsOf({ accounts, anonymous }: ServeSettings): RootSettings[] {
  const roots = [...accounts.map(({ root }) => root), ...(anonymous === undefined ? [] : [anonymous.root])];
  return [...new Map(roots.map((root) => [root.path, root])).values()];
}

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
  return rootsOf(settings).flatMap((root) => {
    const what = flawOf(root);
    return what === undefined ? [] : [{ where: root.where, what }];
  });
}

/** Makes what may be made: the default root, and the folder for what is remembered. Gives what could not be made. */
export function makeFolders(settings: ServeSettings): Problem[] {
  const roots = rootsOf(settings).filter(({ ifMissing }) => ifMissing === 'create');
  const folders: { path: string; where: string; mode?: number }[] = [...roots];
  const { stateDirectory } = settings;
  if (stateDirectory !== undefined) folders.push({ path: stateDirectory, where: 'state', mode: 0o700 });
  return folders.flatMap(({ path, where, mode }) => {
    try {
      mkdirSync(path, { recursive: true, ...(mode === undefined ? {} : { mode }) });
      return [];
    } catch (error) {
      return [{ where, what: `${path} cannot be made (${codeOf(error)}); name another folder` }];
    }
  });
}
