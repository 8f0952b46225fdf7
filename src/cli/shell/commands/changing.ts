/** Changes at the server: mkdir, rmdir, rm, mv, chmod, touch. */
import { baseName, parentOf, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { MANY, type ShellRow } from '../row.ts';
import { entriesOf, entryAt, placeOf, placesOf, type Run } from '../session.ts';

const MOST_DEPTH = 64;

async function makeDirectories(run: Run): Promise<void> {
  const { remote } = run.session;
  const make = async (path: VirtualPath) => {
    if (run.flags.has('p') && path !== '/') {
      if ((await entryAt(run, remote, path))?.type === 'directory') return;
      await make(parentOf(path));
    }
    await remote.files.makeDirectory(path, { signal: run.signal });
  };
  for (const { text } of run.words) await make(placeOf(remote, text));
}

/** Removes a directory with everything in it. Names that lead out of it are never followed. */
async function removeTree(run: Run, path: VirtualPath, depth: number): Promise<void> {
  const { remote } = run.session;
  if (depth > MOST_DEPTH) throw new CommandError(EXIT.limit, `${path} lies too deep; remove it from there`);
  for (const { name, type } of await entriesOf(run, remote, path)) {
    const child = resolvePath(path, name);
    if (child === undefined || parentOf(child) !== path || baseName(child) !== name)
      throw new FileError('unsafe', path, { detail: `it holds a name that leads elsewhere; nothing of it is removed` });
    if (type === 'directory') await removeTree(run, child, depth + 1);
    else await remote.files.remove(child, { signal: run.signal });
  }
  await remote.files.removeDirectory(path, { signal: run.signal });
}

async function remove(run: Run): Promise<void> {
  const { remote } = run.session;
  for (const path of await placesOf(run, remote, run.words)) {
    const entry = await remote.files.stat(path, { links: 'stay', signal: run.signal });
    if (entry.type !== 'directory') await remote.files.remove(path, { signal: run.signal });
    else if (run.flags.has('r')) await removeTree(run, path, 0);
    else
      throw new FileError('is-directory', path, { detail: 'is a directory; rm -r removes it with all that is in it' });
  }
}

async function move(run: Run): Promise<void> {
  const { remote } = run.session;
  const target = placeOf(remote, run.words.at(-1)?.text ?? '');
  const sources = await placesOf(run, remote, run.words.slice(0, -1));
  const isInto = (await entryAt(run, remote, target))?.type === 'directory';
  if (sources.length > 1 && !isInto) throw new CommandError(EXIT.wrongUsage, 'several files need a directory to go to');
  for (const source of sources) {
    const to = isInto ? resolvePath(target, baseName(source)) : target;
    if (to !== undefined) await remote.files.rename(source, to, { signal: run.signal });
  }
}

async function changeMode(run: Run): Promise<void> {
  const [mode, ...names] = run.words;
  const { remote } = run.session;
  if (!/^[0-7]{3,4}$/.test(mode?.text ?? ''))
    throw new CommandError(EXIT.wrongUsage, 'a mode is three or four octal digits, as 644');
  if (remote.files.setAttributes === undefined) throw new FileError('unsupported', remote.directory);
  for (const path of await placesOf(run, remote, names))
    await remote.files.setAttributes(path, { mode: parseInt(mode?.text ?? '', 8) }, { signal: run.signal });
}

async function touch(run: Run): Promise<void> {
  const { remote } = run.session;
  const { files } = remote;
  for (const { text } of run.words) {
    const path = placeOf(remote, text);
    if ((await entryAt(run, remote, path)) === undefined) {
      const upload = await files.openUpload(path, { start: { from: 'nothing-new' }, signal: run.signal });
      await upload.commit();
    } else if (files.setAttributes === undefined) throw new FileError('unsupported', path);
    else await files.setAttributes(path, { modifiedMs: run.session.clock.now() }, { signal: run.signal });
  }
}

export const CHANGING_ROWS: readonly ShellRow[] = [
  {
    name: 'mkdir',
    usage: '[-p] DIRECTORY...',
    summary: 'make directories; -p with those above them, and without complaint where they are',
    flags: 'p',
    words: [1, MANY],
    completes: 'remote',
    run: makeDirectories,
  },
  {
    name: 'rmdir',
    usage: 'DIRECTORY...',
    summary: 'remove empty directories',
    words: [1, MANY],
    completes: 'remote',
    run: async (run: Run): Promise<void> => {
      const { remote } = run.session;
      for (const path of await placesOf(run, remote, run.words))
        await remote.files.removeDirectory(path, { signal: run.signal });
    },
  },
  {
    name: 'rm',
    aliases: ['delete'],
    usage: '[-r] NAME...',
    summary: 'remove files; -r directories with all that is in them',
    flags: 'r',
    words: [1, MANY],
    completes: 'remote',
    run: remove,
  },
  {
    name: 'mv',
    aliases: ['rename'],
    usage: 'NAME... TARGET',
    summary: 'rename a file, or move files into a directory',
    words: [2, MANY],
    completes: 'remote',
    run: move,
  },
  {
    name: 'chmod',
    usage: 'MODE NAME...',
    summary: 'set permissions, as 644',
    words: [2, MANY],
    completes: 'remote',
    run: changeMode,
  },
  {
    name: 'touch',
    usage: 'NAME...',
    summary: 'set the time to now, or make an empty file',
    words: [1, MANY],
    completes: 'remote',
    run: touch,
  },
];
