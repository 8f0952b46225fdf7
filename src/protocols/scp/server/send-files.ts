/** The source: sends files and directories of an account's tree (`scp -f`). */
import { hasGlob } from '../../../base/glob.ts';
import { baseName, resolvePath, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { expand } from '../../../files/sync/expand.ts';
import { isSendable, type ScpRecord } from '../wire/record.ts';
import type { Word } from '../wire/words.ts';
import { textOfKind } from './error-text.ts';
import type { ScpRun } from './scp-run.ts';
import { sendFile } from './send-file.ts';

/** An item on its way: where it is, what the client is told that it is called, and what leads to it. */
interface Item {
  readonly path: VirtualPath;
  readonly name: string;
  /** What it is called in complaints: as the client typed it, where it did. */
  readonly shown: string;
  /** The directories above it in this run, as the place knows them: one that comes again is a loop. */
  readonly above: readonly string[];
}

/** Most names that one pattern is looked for among. */
const MOST_LOOKED_AT = 1_000_000;

/** `~` and `~/x` where they stand free: the place where the session begins. */
const withoutTilde = (pattern: string): string =>
  pattern === '~' ? '.' : pattern.startsWith('~/') ? `./${pattern.slice(2)}` : pattern;

/** Clients hold the name that comes against the end of what they asked for. */
const topItem = (path: VirtualPath, { typed, text }: Pick<Word, 'typed' | 'text'>): Item => ({
  path,
  name: typed === undefined ? baseName(path) : typed.slice(typed.lastIndexOf('/') + 1),
  shown: typed ?? text,
  above: [],
});

/** What a word stands for: a file of that very name, else what its pattern fits, else itself, which is not there. */
async function* itemsOf(run: ScpRun, word: Word): AsyncGenerator<Item, void, undefined> {
  const pattern = withoutTilde(word.pattern);
  const literal = run.resolve(pattern === word.pattern ? word.text : pattern);
  if (!hasGlob(pattern) || (await run.standing(literal)) !== undefined) return yield topItem(literal, word);
  const whole = resolvePath(run.session.startDirectory, pattern);
  let found = 0;
  if (whole !== undefined)
    for await (const match of expand(run.files, whole, { ...run.call, maxEntries: MOST_LOOKED_AT })) {
      found += 1;
      yield topItem(match.path, { text: match.path });
    }
  if (found === 0) throw new FileError('not-found', literal);
}

class Source {
  readonly #run: ScpRun;

  constructor(run: ScpRun) {
    this.#run = run;
  }

  async word(word: Word): Promise<void> {
    try {
      for await (const item of itemsOf(this.#run, word)) await this.#item(item);
    } catch (error) {
      await this.#run.failed(word.typed ?? word.text, error);
    }
  }

  /** What goes wrong with one is told, and the next one comes. */
  async #item(item: Item): Promise<void> {
    try {
      const entry = await this.#run.files.stat(item.path, this.#run.call);
      if (entry.type === 'directory') await this.#directory(item, entry);
      else await this.#file(item);
    } catch (error) {
      await this.#run.failed(item.shown, error);
    }
  }

  async #file({ path, name }: Item): Promise<void> {
    if (!isSendable(name)) {
      await this.#cannotSay(path);
      return;
    }
    await using reader = await this.#run.files.openReader(path, this.#run.call);
    if (reader.entry.sizeIs === 'unknown') throw new FileError('unsupported', path);
    if (this.#run.command.preserve && !(await this.#sendTimes(reader.entry))) return;
    await sendFile(this.#run, { path, name, reader });
  }

  async #directory(item: Item, entry: Entry): Promise<void> {
    const { path, shown, above } = item;
    const { command, mostDepth } = this.#run;
    if (!command.recursive) {
      await this.#refuse(shown, textOfKind('not-regular'));
      return;
    }
    if (above.length >= mostDepth) {
      await this.#refuse(shown, `directories lie deeper than ${mostDepth}`);
      return;
    }
    const id = entry.uniqueId ?? path;
    if (above.includes(id)) {
      await this.#refuse(shown, 'a symbolic link leads back to what holds it');
      return;
    }
    // The root has no name; `.` means to a sink what it is in already.
    const name = item.name === '' ? 'root' : item.name;
    if (!isSendable(name)) {
      await this.#cannotSay(path);
      return;
    }
    if (command.preserve && !(await this.#sendTimes(entry))) return;
    if (!(await this.#ask({ kind: 'directory', mode: (entry.mode ?? 0o755) & 0o777, name }))) return;
    await this.#inside(path, [...above, id]);
    await this.#ask({ kind: 'end' });
  }

  async #inside(path: VirtualPath, above: readonly string[]): Promise<void> {
    try {
      for await (const batch of this.#run.files.list(path, this.#run.call))
        for (const { name } of batch) {
          const child = this.#run.childOf(path, name);
          await this.#item({ path: child, name, shown: child, above });
        }
    } catch (error) {
      await this.#run.failed(path, error);
    }
  }

  async #sendTimes({ modifiedMs, accessedMs = modifiedMs }: Entry): Promise<boolean> {
    return await this.#ask({ kind: 'times', modifiedMs, accessedMs });
  }

  /** False where the client does not want it: what belongs to it is left out, and the next item comes. */
  async #ask(record: ScpRecord): Promise<boolean> {
    await this.#run.conversation.send(record);
    const answer = await this.#run.answer();
    return answer.kind === 'ok';
  }

  async #refuse(shown: string, why: string): Promise<void> {
    await this.#run.warn(`${shown}: ${why}`);
    this.#run.refused(shown, why, undefined);
  }

  async #cannotSay(path: VirtualPath): Promise<void> {
    await this.#refuse(path, 'a name with a line end cannot be sent over SCP; use SFTP');
  }
}

/** Sends everything that the words stand for, once the client has said that it is there. */
export async function sendFiles(run: ScpRun, words: readonly Word[]): Promise<void> {
  const answer = await run.answer();
  if (answer.kind !== 'ok') return;
  const source = new Source(run);
  for (const word of words) await source.word(word);
}
