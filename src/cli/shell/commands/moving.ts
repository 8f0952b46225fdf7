/** Files on their way: get, put and their kin. */
import { printable } from '../../../base/escape.ts';
import { baseName, parentOf, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import type { CopyOptions, Place } from '../../../files/copy/copy.ts';
import { FileError } from '../../../files/error.ts';
import { durationText, rateOf, sizeText } from '../../../observe/quantities.ts';
import { CommandError } from '../../command.ts';
import { EXIT } from '../../exit-code.ts';
import { explainFailure as explain } from '../../failure.ts';
import { MANY, type ShellRow } from '../row.ts';
import { entryAt, placeOf, placesOf, type Run, type Standing } from '../session.ts';

interface Way {
  readonly from: Standing;
  readonly to: Standing;
  readonly resume: 'never' | 'if-possible';
}

const asPlace = ({ files, labelOf }: Standing, path: VirtualPath): Place => ({ files, path, label: labelOf(path) });

function optionsOf({ session, signal, onEvent }: Run, resume: Way['resume']): CopyOptions {
  return { clock: session.clock, signal, resume, ...(onEvent === undefined ? {} : { onEvent }) };
}

async function moveFile(run: Run, { from, to, resume }: Way, source: VirtualPath, target: VirtualPath): Promise<void> {
  const { copyFile } = run.session.mover;
  const report = await copyFile(asPlace(from, source), asPlace(to, target), optionsOf(run, resume));
  const bytes = report.sizeBytes - report.resumedAtBytes;
  const resumed = report.resumedAtBytes > 0 ? `, resumed at ${sizeText(report.resumedAtBytes)}` : '';
  const rate = `${sizeText(rateOf(bytes, report.durationMs))}/s`;
  run.out(
    `${printable(report.to)}: ${sizeText(report.sizeBytes)} in ${durationText(report.durationMs)}, ${rate}${resumed}\n`,
  );
  for (const warning of report.warnings) run.warn(warning);
}

async function moveTree(run: Run, { from, to, resume }: Way, source: VirtualPath, target: VirtualPath): Promise<void> {
  const { copyTree } = run.session.mover;
  const outcome = await copyTree(asPlace(from, source), asPlace(to, target), optionsOf(run, resume));
  for (const { error } of outcome.failures) run.warn(explain(error).sentence);
  for (const warning of outcome.warnings) run.warn(warning);
  const { files, failed, sizeBytes, durationMs } = outcome;
  const rate = `${sizeText(rateOf(sizeBytes, durationMs))}/s`;
  run.out(
    `${printable(to.labelOf(target))}: ${files} files, ${sizeText(sizeBytes)} in ${durationText(durationMs)}, ${rate}\n`,
  );
  if (failed > 0) throw new CommandError(EXIT.partial, `${failed} files of ${source} could not be copied`);
}

/** The name below a directory under which a source arrives. It never leaves that directory. */
function below(directory: VirtualPath, source: VirtualPath): VirtualPath {
  const name = baseName(source);
  const path = name === '' ? directory : resolvePath(directory, name);
  if (path === undefined || (name !== '' && parentOf(path) !== directory)) throw new FileError('unsafe', source);
  return path;
}

/** Moves what the words name to where the target is: into a directory, or under another name. */
async function moveAll(run: Run, way: Way, sources: readonly VirtualPath[], target: VirtualPath): Promise<void> {
  const isInto = (await entryAt(run, way.to, target))?.type === 'directory';
  if (sources.length > 1 && !isInto) throw new CommandError(EXIT.wrongUsage, 'several files need a directory to go to');
  for (const source of sources) {
    const entry = await way.from.files.stat(source, { signal: run.signal });
    const to = isInto ? below(target, source) : target;
    if (entry.type !== 'directory') await moveFile(run, way, source, to);
    else if (run.flags.has('r')) await moveTree(run, way, source, to);
    else throw new FileError('is-directory', source, { detail: 'is a directory; -r takes it with all that is in it' });
  }
}

/** `get NAME [TARGET]`: the last of two plain words is the target. */
async function moveOne(run: Run, way: Way): Promise<void> {
  const [name, target] = run.words;
  const sources = await placesOf(run, way.from, name === undefined ? [] : [name]);
  await moveAll(run, way, sources, target === undefined ? way.to.directory : placeOf(way.to, target.text));
}

const moveMany = async (run: Run, way: Way): Promise<void> =>
  moveAll(run, way, await placesOf(run, way.from, run.words), way.to.directory);

type Kind = Pick<ShellRow, 'name' | 'summary'> & {
  readonly direction: 'down' | 'up';
  readonly resume: Way['resume'];
  readonly count: 'one' | 'many';
};

const KINDS: readonly Kind[] = [
  {
    name: 'get',
    summary: 'fetch a file, or what fits a pattern; -r a directory',
    direction: 'down',
    resume: 'never',
    count: 'one',
  },
  {
    name: 'put',
    summary: 'send a file, or what fits a pattern; -r a directory',
    direction: 'up',
    resume: 'never',
    count: 'one',
  },
  {
    name: 'mget',
    summary: 'fetch several into the local directory',
    direction: 'down',
    resume: 'never',
    count: 'many',
  },
  {
    name: 'mput',
    summary: 'send several into the directory of the server',
    direction: 'up',
    resume: 'never',
    count: 'many',
  },
  {
    name: 'reget',
    summary: 'fetch, going on where an earlier reget was cut',
    direction: 'down',
    resume: 'if-possible',
    count: 'one',
  },
  {
    name: 'reput',
    summary: 'send, going on where an earlier reput was cut',
    direction: 'up',
    resume: 'if-possible',
    count: 'one',
  },
];

function rowOf({ name, summary, direction, resume, count }: Kind): ShellRow {
  return {
    name,
    summary,
    usage: count === 'one' ? '[-r] NAME [TARGET] [&]' : '[-r] NAME... [&]',
    flags: 'r',
    words: count === 'one' ? [1, 2] : [1, MANY],
    completes: direction === 'down' ? 'remote' : 'local',
    ...(count === 'one' ? { target: 'other-side' as const } : {}),
    behind: 'allowed',
    run: (run) => {
      const { remote, local } = run.session;
      const way: Way = direction === 'down' ? { from: remote, to: local, resume } : { from: local, to: remote, resume };
      return count === 'one' ? moveOne(run, way) : moveMany(run, way);
    },
  };
}

export const MOVING_ROWS: readonly ShellRow[] = KINDS.map(rowOf);
