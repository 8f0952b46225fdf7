/** The sink: receives files and directories into an account's tree (`scp -t`). */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { CutOffError, NotScpError } from '../channel/conversation.ts';
import type { Line, ScpRecord } from '../wire/record.ts';
import { keepAttributes, type Times } from './keep-attributes.ts';
import { receiveFile } from './receive-file.ts';
import { RunEnded, type ScpRun } from './scp-run.ts';

/** A directory that is being filled. */
interface Open {
  readonly path: VirtualPath;
  readonly mode: number;
  readonly times: Times | undefined;
}

/** Where what comes next goes: into a directory, or under the very name. */
interface Target {
  readonly path: VirtualPath;
  /** As the client typed it. */
  readonly shown: string;
  readonly is: 'directory' | 'file' | 'missing';
  /** `x/`: nothing but a directory can be meant. */
  readonly written: 'as-directory' | 'as-any';
}

class Sink {
  readonly #run: ScpRun;
  readonly #target: Target;
  readonly #open: Open[] = [];
  #times: Times | undefined;

  constructor(run: ScpRun, target: Target) {
    this.#run = run;
    this.#target = target;
  }

  /** To the end of what the client sends. */
  async run(): Promise<void> {
    for (;;) {
      const line = await this.#line();
      if (line === undefined) break;
      this.#run.session.activity.touch();
      await this.#take(line);
    }
    if (this.#open.length > 0) throw new CutOffError('the client ended within a directory');
  }

  async #line(): Promise<Line | undefined> {
    try {
      return await this.#run.conversation.line();
    } catch (error) {
      if (error instanceof NotScpError) return await this.#run.giveUp(`protocol error: ${error.message}`);
      throw error;
    }
  }

  async #take(line: Line): Promise<void> {
    switch (line.kind) {
      case 'file':
        await this.#file(line);
        break;
      case 'directory':
        await this.#directory(line);
        break;
      case 'end':
        await this.#end();
        break;
      case 'times':
        this.#times = line;
        await this.#run.conversation.acknowledge();
        break;
      case 'warning':
        this.#run.complained(line.text);
        break;
      case 'fatal':
        this.#run.complained(line.text);
        throw new RunEnded(line.text);
      case 'malformed':
        await this.#run.giveUp(`protocol error: ${line.why}`);
    }
  }

  #takeTimes(): Times | undefined {
    const times = this.#run.command.preserve ? this.#times : undefined;
    this.#times = undefined;
    return times;
  }

  /** Where an entry of this name goes. */
  #placeOf(name: string): VirtualPath {
    const inside = this.#open.at(-1)?.path ?? (this.#target.is === 'directory' ? this.#target.path : undefined);
    return inside === undefined ? this.#target.path : this.#run.childOf(inside, name);
  }

  async #file(line: ScpRecord & { readonly kind: 'file' }): Promise<void> {
    const times = this.#takeTimes();
    const { written, is, shown } = this.#target;
    try {
      if (written === 'as-directory' && is === 'missing' && this.#open.length === 0) {
        await this.#run.failed(shown, new FileError('not-directory', this.#target.path));
        return;
      }
      await receiveFile(this.#run, { path: this.#placeOf(line.name), line, times });
    } catch (error) {
      await this.#run.failed(line.name, error);
    }
  }

  async #directory({ name, mode }: ScpRecord & { readonly kind: 'directory' }): Promise<void> {
    const times = this.#takeTimes();
    const { command, mostDepth } = this.#run;
    if (!command.recursive) return await this.#run.giveUp('protocol error: received directory without -r');
    if (this.#open.length >= mostDepth) {
      await this.#run.warn(`${name}: directories lie deeper than ${mostDepth}`);
      return;
    }
    try {
      const path = this.#placeOf(name);
      await this.#make(path, mode);
      this.#open.push({ path, mode, times });
    } catch (error) {
      await this.#run.failed(name, error);
      return;
    }
    await this.#run.conversation.acknowledge();
  }

  /** The owner must be able to fill it; a mode that forbids that is set at its end. */
  async #make(path: VirtualPath, mode: number): Promise<void> {
    const standing = await this.#run.standing(path);
    if (standing?.type === 'directory') return;
    if (standing !== undefined) throw new FileError('not-directory', path);
    await this.#run.files.makeDirectory(path, { ...this.#run.call, mode: (mode & 0o777) | 0o700 });
    this.#run.made(path);
  }

  async #end(): Promise<void> {
    const closed = this.#open.pop();
    if (closed === undefined) return await this.#run.giveUp('protocol error: unexpected E');
    const { path, mode, times } = closed;
    try {
      if (this.#run.command.preserve) await keepAttributes(this.#run, path, { mode, times });
    } catch (error) {
      await this.#run.failed(path, error);
      return;
    }
    await this.#run.conversation.acknowledge();
  }
}

async function targetOf(run: ScpRun, typed: string): Promise<Target> {
  const path = run.resolve(typed);
  const standing = await run.standing(path);
  const is = standing === undefined ? 'missing' : standing.type === 'directory' ? 'directory' : 'file';
  const written = /(^|\/)\.{0,2}\/?$/.test(typed) ? 'as-directory' : 'as-any';
  if ((run.command.directory || written === 'as-directory') && is === 'file')
    throw new FileError('not-directory', path);
  if (run.command.directory && is === 'missing') throw new FileError('not-found', path);
  return { path, shown: typed, is, written };
}

/** Receives what a client sends, to its end. */
export async function receiveFiles(run: ScpRun, typed: string): Promise<void> {
  const { access } = run.session;
  if (access === 'read-only') return await run.giveUp(`${typed}: Permission denied (only reading is allowed)`);
  let target: Target;
  try {
    target = await targetOf(run, typed);
  } catch (error) {
    await run.failed(typed, error);
    return;
  }
  await run.conversation.acknowledge();
  await new Sink(run, target).run();
}
