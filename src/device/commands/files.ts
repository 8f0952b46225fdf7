/** Commands about the files of the device: dir, more, delete, mkdir, rename, verify and the rest. */
import { baseName, resolvePath, ROOT } from '../../base/virtual-path.ts';
import { type Entry, FileError } from '../../files/index.ts';
import type { Call, CommandRow } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { copy } from '../copy/copy.ts';
import { eraseVolume } from '../copy/class-b.ts';
import { asFileError, sayingOf } from '../copy/failure.ts';
import {
  dirLine,
  fileSystemsText,
  type FoundFile,
  showFlashClassB,
  showFlashDisk,
  totalsLine,
} from '../render/files.ts';
import {
  deletedFiles,
  deletedPath,
  deleteFile,
  entriesOf,
  removeTree,
  type Spot,
  spotText,
  standing,
  type Volume,
} from '../state/volumes.ts';

/** Directories within directories that are looked into. */
const MOST_DEPTH = 16;

const refuse = (verb: string, name: string, error: unknown): CommandRefusal =>
  new CommandRefusal(`%Error ${verb} ${name} (${sayingOf(asFileError(error))})`);

/** What a name means here. Throws a `CommandRefusal`. */
export function spotOf({ system, session }: Call, name: string, verb = 'opening'): Spot {
  const spot = system.volumes.resolve(name, session.directory);
  if (spot === undefined) throw new CommandRefusal(`%Error ${verb} ${name} (No such device)`);
  return spot;
}

/** A directory and all below it, one block each. */
async function* dirBelow(spot: Spot, depth = 0): AsyncGenerator<string> {
  const entries = await entriesOf(spot);
  yield `Directory of ${spotText(spot)}${spot.path === ROOT ? '' : '/'}\n\n`;
  if (entries.length === 0) yield 'No files in directory\n\n';
  else yield `${entries.map((one, index) => dirLine(one, index + 1)).join('\n')}\n\n`;
  for (const { name, type } of entries) {
    const path = resolvePath(spot.path, name);
    if (type === 'directory' && path !== undefined && depth < MOST_DEPTH)
      yield* dirBelow({ volume: spot.volume, path }, depth + 1);
  }
}

async function* dirTree(spot: Spot): AsyncGenerator<string> {
  yield* dirBelow(spot);
  yield `${totalsLine(spot.volume, await spot.volume.freeBytes())}\n`;
}

async function* dirOf(spot: Spot): AsyncGenerator<string> {
  const entry = spot.path === ROOT ? undefined : await standing(spot);
  if (spot.path !== ROOT && entry === undefined)
    throw new CommandRefusal(`%Error opening ${spotText(spot)} (No such file or directory)`);
  const isFile = entry !== undefined && entry.type !== 'directory';
  const entries: readonly Entry[] = isFile ? [{ ...entry, name: baseName(spot.path) }] : await entriesOf(spot);
  const slash = isFile || spot.path === ROOT ? '' : '/';
  yield `Directory of ${spotText(spot)}${slash}\n\n`;
  if (entries.length === 0) yield 'No files in directory\n\n';
  else yield `${entries.map((one, index) => dirLine(one, index + 1)).join('\n')}\n\n`;
  yield `${totalsLine(spot.volume, await spot.volume.freeBytes())}\n`;
}

async function* dir(call: Call): AsyncGenerator<string> {
  const name = call.args.text('url');
  if (!call.args.has('all-filesystems')) {
    const spot = name === undefined ? call.session.directory : spotOf(call, name);
    const isTree = call.args.has('/recursive') && (spot.path === ROOT || (await standing(spot))?.type === 'directory');
    yield* isTree ? dirTree(spot) : dirOf(spot);
    return;
  }
  for (const volume of call.system.volumes.all) {
    yield* dirOf({ volume, path: ROOT });
    yield '\n';
  }
}

/** Every file of a volume with its path. */
async function found(volume: Volume, path = ROOT, depth = 0): Promise<readonly FoundFile[]> {
  const files: FoundFile[] = [];
  for (const entry of await entriesOf({ volume, path })) {
    const inner = `${path === ROOT ? '' : path}/${entry.name}` as typeof ROOT;
    files.push({ path: inner.slice(1), entry });
    if (entry.type === 'directory' && depth < MOST_DEPTH) files.push(...(await found(volume, inner, depth + 1)));
  }
  return files;
}

async function showFlash(call: Call): Promise<string> {
  const volume = call.system.volumes.named(call.words.at(-1) ?? '') ?? call.system.volumes.main;
  const [files, freeBytes] = [await found(volume), await volume.freeBytes()];
  if (volume.facts.kind === 'class-b') {
    const deleted = (await deletedFiles(volume)).map(({ name, entry }) => ({ path: name, entry }));
    return showFlashClassB(files, deleted, { volume, freeBytes });
  }
  if (call.system.platform.style !== 'catalyst') return showFlashDisk(files, volume, freeBytes);
  const lines = (await entriesOf({ volume, path: ROOT })).map((entry, index) => dirLine(entry, index + 1));
  return `\nDirectory of ${volume.facts.name}/\n\n${lines.join('\n')}\n\n${totalsLine(volume, freeBytes)}\n`;
}

async function showFileSystems({ system }: Call): Promise<string> {
  const rows = await Promise.all(
    system.volumes.all.map(async (volume) => ({
      volume,
      freeBytes: await volume.freeBytes(),
      isDefault: volume === system.volumes.main,
    })),
  );
  return fileSystemsText(rows, system.platform.schemes);
}

/** What is to be deleted, and what an error calls it. */
async function askDeleted(call: Call, named: string): Promise<{ readonly spot: Spot; readonly typed: string }> {
  const asked = named.replace(/^[a-z0-9-]+:\/?/i, '');
  const prefix = named.slice(0, named.length - asked.length);
  const answer = call.args.has('/force') ? '' : (await call.session.ask(`Delete filename [${asked}]? `)).trim();
  const typed = `${prefix}${answer === '' ? asked : answer}`;
  const spot = spotOf(call, typed, 'deleting');
  return { spot, typed: prefix === '' ? spotText(spot) : typed };
}

async function remove(call: Call): Promise<string> {
  const { args, session } = call;
  const named = args.text('url') ?? '';
  const force = args.has('/force');
  const { spot, typed } = await askDeleted(call, named);
  const entry = await standing(spot);
  const shown = spotText(spot);
  if (entry === undefined) throw new CommandRefusal(`%Error deleting ${typed} (No such file or directory)`);
  if (entry.type === 'directory' && !args.has('/recursive'))
    throw new CommandRefusal(`%Error deleting ${shown} (Is a directory)`);
  if (!force && !(await session.confirm(`Delete ${shown}? [confirm]`))) return '';
  try {
    if (entry.type === 'directory') await removeTree(spot.volume.files, spot.path);
    else await deleteFile(spot);
  } catch (error) {
    throw refuse('deleting', shown, error);
  }
  return '';
}

async function makeDirectory(call: Call): Promise<string> {
  const name = call.args.text('url') ?? '';
  const [prefix, asked] = splitName(name);
  const answer = (await call.session.ask(`Create directory filename [${asked}]? `)).trim();
  const spot = spotOf(call, `${prefix}${answer === '' ? asked : answer}`, 'Creating dir');
  try {
    await spot.volume.files.makeDirectory(spot.path);
  } catch (error) {
    throw refuse('Creating dir', spotText(spot), error);
  }
  return `Created dir ${spotText(spot)}\n`;
}

function splitName(name: string): readonly [prefix: string, rest: string] {
  const [, prefix = '', rest = ''] = /^([a-z0-9-]+:)?\/?(.*)$/is.exec(name) ?? [];
  return [prefix, rest];
}

async function removeDirectory(call: Call): Promise<string> {
  const [prefix, asked] = splitName(call.args.text('url') ?? '');
  const answer = (await call.session.ask(`Remove directory filename [${asked}]? `)).trim();
  const spot = spotOf(call, `${prefix}${answer === '' ? asked : answer}`, 'Removing dir');
  if (!(await call.session.confirm(`Delete ${spotText(spot)}? [confirm]`))) return '';
  try {
    await spot.volume.files.removeDirectory(spot.path);
  } catch (error) {
    throw refuse('Removing dir', spotText(spot), error);
  }
  return `Removed dir ${spotText(spot)}\n`;
}

async function rename(call: Call): Promise<string> {
  const from = spotOf(call, call.args.text('from') ?? '');
  const [prefix, name] = splitName(call.args.text('to') ?? '');
  const answer = (await call.session.ask(`Destination filename [${name}]? `)).trim();
  const to = spotOf(call, `${prefix}${answer === '' ? name : answer}`);
  if (from.volume !== to.volume) throw new CommandRefusal(`%Error renaming ${spotText(from)} (Cross-device link)`);
  try {
    await from.volume.files.rename(from.path, to.path);
  } catch (error) {
    throw refuse('renaming', spotText(from), error);
  }
  return '';
}

async function* more(call: Call): AsyncGenerator<string> {
  const name = call.args.text('url') ?? '';
  if (name.startsWith('system:')) {
    yield call.system.configurationText();
    return;
  }
  const spot = spotOf(call, name);
  const buffer = new Uint8Array(16 * 1024);
  let failure: unknown;
  try {
    await using reader = await spot.volume.files.openReader(spot.path);
    for (let position = 0; ;) {
      const count = await reader.read(buffer, position);
      if (count === 0) break;
      position += count;
      yield Buffer.from(buffer.subarray(0, count)).toString('latin1');
    }
  } catch (error) {
    failure = error;
  }
  if (failure instanceof FileError) throw refuse('opening', spotText(spot), failure);
  if (failure instanceof Error) throw failure;
}

async function changeDirectory(call: Call): Promise<string> {
  const { session, system, args } = call;
  const name = args.text('url');
  const spot = name === undefined ? { volume: system.volumes.main, path: ROOT } : spotOf(call, name);
  const entry = spot.path === ROOT ? undefined : await standing(spot);
  if (spot.path !== ROOT && entry?.type !== 'directory')
    throw new CommandRefusal(
      `%Error changing dir to ${spotText(spot)} (${entry === undefined ? 'No such file or directory' : 'Not a directory'})`,
    );
  session.directory = spot;
  return '';
}

const classBOnly = (volume: Volume): void => {
  if (volume.facts.kind !== 'class-b')
    throw new CommandRefusal('%Error squeezing (Function not supported on this device)');
};

async function squeeze(call: Call): Promise<string> {
  const { volume } = spotOf(call, call.args.text('url') ?? '', 'squeezing');
  classBOnly(volume);
  if (!(await call.session.confirm('All deleted files will be removed. Continue? [confirm]'))) return '';
  if (!(await call.session.confirm('Squeeze operation may take a while. Continue? [confirm]'))) return '';
  for (const gone of await deletedFiles(volume)) await volume.files.remove(deletedPath(gone));
  return `Squeeze of ${volume.facts.name} complete\n`;
}

async function undelete(call: Call): Promise<string> {
  const volume = spotOf(call, call.args.text('url') ?? call.system.volumes.main.facts.name).volume;
  classBOnly(volume);
  const number = Number(call.args.text('number'));
  const file = (await deletedFiles(volume)).find((one) => one.number === number);
  if (file === undefined)
    throw new CommandRefusal(`%Error undeleting ${volume.facts.name} (No such file or directory)`);
  await volume.files.rename(deletedPath(file), `/${file.name}` as typeof ROOT);
  return '';
}

async function erase(call: Call): Promise<string> {
  const { volume } = spotOf(call, call.args.text('url') ?? '', 'erasing');
  const { name } = volume.facts;
  const filesystem = name.slice(0, -1);
  if (!(await call.session.confirm(`Erasing the ${filesystem} filesystem will remove all files! Continue? [confirm]`)))
    return '';
  return await eraseVolume(call, volume);
}

async function format(call: Call): Promise<string> {
  const { volume } = spotOf(call, call.args.text('url') ?? '', 'formatting');
  const { name } = volume.facts;
  if (!(await call.session.confirm('Format operation may take a while. Continue? [confirm]'))) return '';
  const sure = `Format operation will destroy all data in "${name}".  Continue? [confirm]`;
  if (!(await call.session.confirm(sure))) return '';
  await removeTree(volume.files, ROOT);
  return `Format of ${name} complete\n`;
}

const isClassB: CommandRow['on'] = ({ volumes }) => volumes.some(({ kind }) => kind === 'class-b');

/** Commands about files. */
export const FILE_COMMANDS: readonly CommandRow[] = [
  { syntax: 'dir [/all|/recursive] [<url:file>|all-filesystems]', run: dir },
  {
    syntax: 'show (<volume:volume>|file systems)',
    run: (call) => (call.args.has('file') ? showFileSystems(call) : showFlash(call)),
  },
  { syntax: 'delete [/force] [/recursive] <url:file>', privilege: 15, run: remove },
  { syntax: 'delete /recursive /force <url:file>', privilege: 15, run: remove },
  { syntax: 'mkdir <url:file>', privilege: 15, run: makeDirectory },
  { syntax: 'rmdir <url:file>', privilege: 15, run: removeDirectory },
  { syntax: 'rename <from:file> <to:file>', privilege: 15, run: rename },
  { syntax: 'more [/ascii|/binary] <url:readable>', privilege: 15, run: more },
  { syntax: 'cd [<url:file>]', privilege: 15, run: changeDirectory },
  { syntax: 'pwd', privilege: 15, run: ({ session }) => `${spotText(session.directory)}\n` },
  { syntax: 'squeeze <url:volume>', privilege: 15, on: isClassB, run: squeeze },
  { syntax: 'undelete <number:1-999> [<url:volume>]', privilege: 15, on: isClassB, run: undelete },
  { syntax: 'erase <url:volume>', privilege: 15, run: erase },
  { syntax: 'format <url:volume>', privilege: 15, run: format },
  {
    syntax:
      'copy [/erase|/verify|/noverify] (running-config|startup-config|<source:source>) (running-config|startup-config|<destination:destination>)',
    privilege: 15,
    run: (call) => copy(call, ...endsOf(call)),
  },
];

/** The last two words are the ends. */
function endsOf({ words }: Call): [source: string, destination: string] {
  return [words.at(-2) ?? '', words.at(-1) ?? ''];
}
