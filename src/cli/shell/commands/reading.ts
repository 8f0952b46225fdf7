/** Files on the screen: cat and more. */
import { printable } from '../../../base/escape.ts';
import { LineSplitter } from '../../../base/line-splitter.ts';
import { decodeName } from '../../../base/name.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { MANY, type ShellRow } from '../row.ts';
import { placesOf, type Run } from '../session.ts';

const CHUNK_BYTES = 64 * 1024;
/** A longer line is shown as what it is: too long. */
const MAX_LINE_BYTES = 64 * 1024;

async function* chunksOf(run: Run, path: VirtualPath): AsyncGenerator<Uint8Array> {
  await using reader = await run.session.remote.files.openReader(path, { signal: run.signal });
  const chunk = new Uint8Array(CHUNK_BYTES);
  for (let position = 0; ;) {
    run.signal.throwIfAborted();
    const count = await reader.read(chunk, position);
    if (count === 0) return;
    position += count;
    yield chunk.subarray(0, count);
  }
}

/** The lines of a text, each safe to be shown. */
async function* linesOf(run: Run, path: VirtualPath): AsyncGenerator<string> {
  const splitter = new LineSplitter(MAX_LINE_BYTES);
  const shown = (bytes: Uint8Array): string =>
    printable(decodeName(bytes))
      .replaceAll(String.raw`\t`, '\t')
      .replaceAll('\\\\', '\\');
  for await (const chunk of chunksOf(run, path))
    for (const line of splitter.push(chunk))
      yield line.kind === 'line' ? shown(line.bytes) : '(a line that is too long)';
  if (splitter.held.length > 0) yield shown(splitter.held);
}

async function show(run: Run): Promise<void> {
  for (const path of await placesOf(run, run.session.remote, run.words))
    for await (const line of linesOf(run, path)) run.out(`${line}\n`);
}

async function page(run: Run): Promise<void> {
  const { ask, screen } = run.session;
  if (ask === undefined || screen === undefined) return show(run);
  for (const path of await placesOf(run, run.session.remote, run.words)) {
    let shown = 0;
    for await (const line of linesOf(run, path)) {
      run.out(`${line}\n`);
      shown += 1;
      if (shown % Math.max(1, screen().rows - 1) !== 0) continue;
      const answer = await ask('-- Enter for more, q to stop -- ', run.signal);
      if (answer.trim().toLowerCase().startsWith('q')) return;
    }
  }
}

export const READING_ROWS: readonly ShellRow[] = [
  {
    name: 'cat',
    usage: 'NAME...',
    summary: 'show files; what a terminal would act on is shown escaped',
    words: [1, MANY],
    completes: 'remote',
    run: show,
  },
  {
    name: 'more',
    aliases: ['less'],
    usage: 'NAME...',
    summary: 'show files page by page',
    words: [1, MANY],
    completes: 'remote',
    run: page,
  },
];
