/** A configuration file with the places of its keys, and what its relative paths are relative to. */
import { readFileSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import type { Key } from './issues.ts';
import { ConfigurationError } from './problem.ts';
import { type FileContents, fileSchema } from './schema/file.ts';
import type { RootSettings } from './serve-settings.ts';
import { readYaml, type YamlFile } from './yaml-file.ts';

export interface Origin {
  readonly contents: FileContents;
  /** Left out when there is no file. */
  readonly file?: string;
  readonly placeOf: YamlFile<FileContents>['placeOf'];
  readonly directory: string;
}

const codeOf = (error: unknown): string => (error instanceof Error && 'code' in error ? String(error.code) : 'unknown');

function readFile(path: string, shown: string): YamlFile<FileContents> {
  try {
    return readYaml(readFileSync(path, 'utf8'), shown, fileSchema);
  } catch (error) {
    if (error instanceof ConfigurationError) throw error;
    const code = codeOf(error);
    const what = code === 'ENOENT' ? 'there is no such file; name an existing one' : `cannot be read (${code})`;
    throw new ConfigurationError([{ where: `--config ${shown}`, what }]);
  }
}

/** Reads the file, if one is named; without one all is left out. Throws a {@link ConfigurationError}. */
export function originOf(config: string | undefined, cwd: string): Origin {
  if (config === undefined) return { contents: {}, placeOf: () => '', directory: cwd };
  const file = resolve(cwd, config);
  return { ...readFile(file, basename(file)), file, directory: dirname(file) };
}

/** A folder that a key of the file names. */
export const folderAt = (origin: Origin, path: string, ...keys: readonly Key[]): RootSettings => ({
  path: resolve(origin.directory, path),
  where: origin.placeOf(...keys),
  ifMissing: 'refuse',
});

/** A path of the file, when it is there. */
export const pathIn = ({ directory }: Origin, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(directory, path);

const LONGEST_SECRET = 65_536;
const SHORTEST_SECRET = 16;

/** A secret of the file, or of the file that it names; the end of the line there does not belong to it. */
export function secretIn(
  origin: Origin,
  written: { readonly secret?: string | undefined; readonly secretFile?: string | undefined },
  key: string,
): string | undefined {
  const path = pathIn(origin, written.secretFile);
  if (path === undefined) return written.secret;
  const refuse = (what: string): never => {
    throw new ConfigurationError([{ where: origin.placeOf(key, 'secretFile'), what }]);
  };
  let text = '';
  try {
    text = readFileSync(path, 'utf8').replace(/\r?\n$/, '');
  } catch (error) {
    refuse(`${path} cannot be read (${codeOf(error)}); name a file that holds the secret`);
  }
  if (text.length < SHORTEST_SECRET || text.length > LONGEST_SECRET)
    refuse(`${path} must hold a secret of ${SHORTEST_SECRET} to ${LONGEST_SECRET} characters`);
  return text;
}
