/** Makes a file that appears whole and once, whoever else makes it at the same time: for keys that are made and kept. */
import { randomBytes } from 'node:crypto';
import { linkSync, unlinkSync, writeFileSync } from 'node:fs';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

/** Writes a file whole under a name that nobody has yet. */
export function linkNew(path: string, text: string, mode: number): 'made' | 'there-already' {
  const draft = `${path}.${randomBytes(6).toString('hex')}.new`;
  writeFileSync(draft, text, { flag: 'wx', mode, flush: true });
  try {
    linkSync(draft, path);
    return 'made';
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'there-already';
    return writeNew(path, text, mode);
  } finally {
    unlinkSync(draft);
  }
}

/** For file systems without links. */
function writeNew(path: string, text: string, mode: number): 'made' | 'there-already' {
  try {
    writeFileSync(path, text, { flag: 'wx', mode, flush: true });
    return 'made';
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return 'there-already';
    throw error;
  }
}
