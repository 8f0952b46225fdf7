/** What looking at the files of certificates brings to light, and reading them with a bound. */
import { readFileSync, statSync, type Stats } from 'node:fs';

/** Sentences for people, each with the file's path. */
export interface Findings {
  /** What must be put right before the files can be used. */
  readonly problems: string[];
  /** What works, but not as it should. */
  readonly warnings: string[];
}

/** Files that cannot be used; the message has all that is wrong, a sentence in each line. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(problems.join('\n'));
    this.problems = problems;
  }
}

export interface TextFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

/** Far more than any chain or bundle; revocation lists of big authorities are the largest. */
const MAX_BYTES = 16 * 1024 * 1024;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

const unreadable = (path: string, what: string, code: string): string =>
  code === 'ENOENT'
    ? `${path} does not exist; name the file that holds the ${what}`
    : `${path} cannot be read (${code}); let this user read it, or name another file for the ${what}`;

function flawOf(stats: Stats): string | undefined {
  if (!stats.isFile()) return 'is no file';
  return stats.size > MAX_BYTES ? `is larger than ${MAX_BYTES} bytes` : undefined;
}

/** A file's text; what is wrong with the file goes to the findings. */
export function readText(path: string, what: string, { problems }: Findings): TextFile | undefined {
  try {
    const stats = statSync(path);
    const flaw = flawOf(stats);
    // Latin-1 never fails, and PEM is ASCII.
    if (flaw === undefined) return { path, text: readFileSync(path, 'latin1'), mode: stats.mode };
    problems.push(`${path} ${flaw}; name the file that holds the ${what}`);
  } catch (error) {
    problems.push(unreadable(path, what, codeOf(error)));
  }
  return undefined;
}

/** The blocks of PEM under a label (RFC 7468), whatever stands between them. */
export const pemBlocks = (text: string, label: RegExp): string[] =>
  [...text.matchAll(/-----BEGIN ([A-Z0-9 ]+)-----[^-]*(?:-(?!----)[^-]*)*-----END \1-----/g)]
    .filter(([, found = '']) => label.test(found))
    .map(([block]) => `${block}\n`);
