/** The lines that were typed, kept from one shell to the next; never one that holds a secret. */
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { redactText } from '../../observe/redact.ts';

const MOST_LINES = 1_000;
const MAX_LINE_LENGTH = 2_000;
/** Raw commands whose argument is, or may hold, a password. */
const SECRET = /^\s*(quote|site)\b.*\b(pass|acct|adat|pswd|gpass|adduser|password)\b/i;

/** Whether a line may be written down. A line that begins with a space is not, as in other shells. */
export const mayKeep = (line: string): boolean =>
  line.trim() !== '' &&
  !line.startsWith(' ') &&
  line.length <= MAX_LINE_LENGTH &&
  !SECRET.test(line) &&
  redactText(line) === line;

/** The newest lines that may be kept, the newest first; none when there is no history yet or it cannot be read. */
export async function loadHistory(file: string): Promise<string[]> {
  const text = await readFile(file, 'utf8').catch(() => '');
  return text.split('\n').filter(mayKeep).slice(-MOST_LINES).reverse();
}

/** Writes the lines (the newest first), whole or not at all, for its user only. Never rejects: nothing depends on it. */
export async function saveHistory(file: string, newestFirst: readonly string[]): Promise<void> {
  const lines = newestFirst.filter(mayKeep).slice(0, MOST_LINES).reverse();
  const draft = `${file}.new`;
  try {
    await mkdir(dirname(file), { recursive: true, mode: 0o700 });
    await writeFile(draft, lines.map((line) => `${line}\n`).join(''), { mode: 0o600 });
    await chmod(draft, 0o600);
    await rename(draft, file);
  } catch {
    // A folder that cannot be written is no reason to trouble anybody who leaves.
  }
}
