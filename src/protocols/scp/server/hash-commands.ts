/**
 * The small commands that clients try beside SCP and SFTP, to learn where they are or to compare hashes: `md5sum PATH`,
 * `sha256sum PATH`, `pwd`, `cd`. Each is answered by us; nothing is ever run.
 */
import { printable } from '../../../base/escape.ts';
import { encodeName } from '../../../base/name.ts';
import { hashFile } from '../../../files/copy/hash-file.ts';
import { FileError } from '../../../files/error.ts';
import type { HashAlgorithm } from '../../../files/file-system.ts';
import { resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { ChannelLostError, type ServedChannel } from '../../ssh/channel/byte-channel.ts';
import { splitWords, type Word } from '../wire/words.ts';
import { textOfKind } from './error-text.ts';
import type { ScpSession } from './session-options.ts';

const HASHES: ReadonlyMap<string, HashAlgorithm> = new Map<string, HashAlgorithm>([
  ['md5sum', 'md5'],
  ['sha1sum', 'sha1'],
  ['sha256sum', 'sha256'],
  ['sha512sum', 'sha512'],
]);

/** How rclone asks whether a program of that name computes what it should. */
const PROBE = /^\s*echo 'abc' \| (md5sum|sha1sum|sha256sum)\s*$/;
const PROBED: ReadonlyMap<string, string> = new Map([
  ['md5sum', '0bee89b07a248e27c83fc3d5951213c1'],
  ['sha1sum', '03cfd743661f07975fa2f1220c5194cbaff48451'],
  ['sha256sum', 'edeaaff3f1774ad2888673770c6d64097e391bc362d7d6fb34982ddf0efd18cb'],
]);

const MOST_PATHS = 64;

const nameOf = (command: string): string => /^\s*([a-z0-9]+)(?:\s|$)/.exec(command)?.[1] ?? '';

/** Whether this is one of the commands that are answered here. */
export const isHashCommand = (command: string): boolean =>
  HASHES.has(nameOf(command)) || nameOf(command) === 'pwd' || nameOf(command) === 'cd' || PROBE.test(command);

/** As GNU's tools write it: a name that would break its line is marked by a backslash before the line. */
function hashLine(hash: string, name: string): string {
  const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
  return `${escaped === name ? '' : '\\'}${hash}  ${escaped}\n`;
}

class Refusal extends Error {
  override readonly name = 'Refusal';
}

function pathOf({ startDirectory }: ScpSession, text: string): VirtualPath {
  const path = resolvePath(startDirectory, text === '~' ? '.' : text.replace(/^~\//, './'));
  if (path === undefined) throw new FileError('bad-name', startDirectory);
  return path;
}

/** The words behind the name; those that ask for the form in which we answer anyway are passed over. */
function argumentsOf(words: readonly Word[]): readonly string[] {
  const end = words.findIndex(({ text }) => text === '--');
  const options = end < 0 ? words : words.slice(0, end);
  const paths = end < 0 ? [] : words.slice(end + 1);
  const named = options.filter(({ text }) => !['-b', '-t', '--binary', '--text'].includes(text));
  const unknown = named.find(({ text }) => text.startsWith('-'));
  if (unknown !== undefined) throw new Refusal(`there is no option ${unknown.text}`);
  return [...named, ...paths].map(({ text }) => text);
}

async function hashEach(session: ScpSession, algorithm: HashAlgorithm, names: readonly string[]): Promise<string> {
  if (names.length === 0) throw new Refusal('name a file: standard input is not read');
  if (names.length > MOST_PATHS) throw new Refusal(`name at most ${MOST_PATHS} files`);
  const place = session.beginTransfer();
  if (place.outcome === 'refused') throw new Refusal(`${place.reason}; try again later`);
  const { signal, account } = session;
  try {
    let text = '';
    for (const name of names) {
      const path = pathOf(session, name);
      text += hashLine(await hashFile({ files: account.files, path, label: path }, algorithm, { signal }), name);
      session.activity.touch();
    }
    return text;
  } finally {
    place.leave();
  }
}

async function changeDirectory(session: ScpSession, [name = '.']: readonly string[]): Promise<string> {
  const path = pathOf(session, name);
  const { type } = await session.account.files.stat(path, { signal: session.signal });
  if (type !== 'directory') throw new FileError('not-directory', path);
  return '';
}

/** What is to be written to standard output. */
async function answerTo(command: string, session: ScpSession): Promise<string> {
  const probed = PROBED.get(PROBE.exec(command)?.[1] ?? '');
  if (probed !== undefined) return `${probed}  -\n`;
  const split = splitWords(command);
  if (split.outcome === 'refused') throw new Refusal(split.why);
  const [program, ...words] = split.words;
  const name = program?.text ?? '';
  if (name === 'pwd') return `${session.startDirectory}\n`;
  const algorithm = HASHES.get(name);
  const given = argumentsOf(words);
  return algorithm === undefined ? await changeDirectory(session, given) : await hashEach(session, algorithm, given);
}

function whyNot(error: unknown, session: ScpSession): string {
  if (error instanceof Refusal) return error.message;
  if (error instanceof FileError) return `${error.path}: ${textOfKind(error.kind)}`;
  if (!session.signal.aborted) session.observe({ kind: 'fault', where: 'a command beside scp', cause: error });
  return 'the server failed; see its log';
}

/** Serves such a command to its exit status: 0, or 1 with a line on standard error. Never rejects for what a client does. */
export async function serveHashCommand(channel: ServedChannel, command: string, session: ScpSession): Promise<void> {
  const stop = (): void => channel.destroy();
  session.signal.addEventListener('abort', stop, { once: true });
  session.activity.touch();
  try {
    const text = await answerTo(command, session);
    if (text !== '') await channel.write(encodeName(text));
    channel.exit(0);
  } catch (error) {
    if (!(error instanceof ChannelLostError)) {
      const reply = whyNot(error, session);
      const { observe, origin, account } = session;
      const verb = nameOf(command);
      observe({ ...origin, kind: 'command-failed', account: account.name, verb, argument: command, reply });
      channel.complain(`${printable(`${verb}: ${reply}`)}\n`);
    }
    channel.exit(1);
  } finally {
    session.signal.removeEventListener('abort', stop);
  }
}
