/** Somebody at a line of the device: logs in, types commands, sees what they say, and goes. */
import type { Call, CommandRow, LineSession, Output, Section } from './command.ts';
import { CommandRefusal } from './command.ts';
import { completion, type Glossary, helpFor } from './grammar/help.ts';
import { type Frame, type Grammars, interpret, type Meaning, type Misunderstanding } from './interpret.ts';
import { bannerText } from './line-login.ts';
import { lineValue } from './lines.ts';
import { MODES, type ModeName, promptOf } from './modes.ts';
import { helpText } from './render/help.ts';
import { NOISE, withNoise } from './noise.ts';
import { pipeInto } from './pipe-into.ts';
import type { AttachedLine, System } from './system.ts';
import { ROOT } from '../base/virtual-path.ts';
import { LineClosedError } from './terminal/key-reader.ts';
import { lineFilter, type LineFilter, type PipeClause } from './terminal/output-filter.ts';
import { Pager } from './terminal/pager.ts';
import type { Teletype } from './terminal/teletype.ts';

export interface SessionOptions {
  readonly system: System;
  readonly teletype: Teletype;
  readonly line: LineSession['line'];
  readonly grammars: Grammars;
  readonly glossary: Glossary;
  readonly peer: string | undefined;
  /** Known already where the door has logged somebody in. */
  readonly user?: { readonly name: string; readonly privilege: number };
  /** Aborted when the line is cleared, or the system stops. */
  readonly signal: AbortSignal;
}

/** The command was interrupted by a key. */
class InterruptedError extends Error {
  override readonly name = 'InterruptedError';
}

/** Nobody typed for as long as exec-timeout says. */
class IdleError extends Error {
  override readonly name = 'IdleError';
}

/** What stands over the list of all commands of a mode. */
const HELP_HEADS: Readonly<Record<ModeName, string>> = {
  exec: 'Exec',
  config: 'Configure',
  'config-if': 'Interface configuration',
  'config-subif': 'Interface configuration',
  'config-if-range': 'Interface configuration',
  'config-line': 'Line configuration',
  'config-vlan': 'VLAN configuration',
  'config-router': 'Router configuration',
  'config-archive': 'Archive configuration',
  'config-log': 'Archive logging configuration',
};

const DEFAULT_ROWS = 24;
const DEFAULT_COLUMNS = 80;
const DEFAULT_HISTORY = 20;
const DEFAULT_IDLE_MINUTES = '10 0';

export class Session implements AttachedLine {
  readonly line: LineSession['line'];
  readonly peer: string | undefined;
  readonly sinceMs: number;
  readonly #options: SessionOptions;
  readonly #system: System;
  readonly #teletype: Teletype;
  readonly #history: string[] = [];
  #user: string | undefined;
  #lastTypedMs: number;
  #frame: Frame = { mode: 'exec', sections: [] };
  #isEnding = false;
  #onInterrupt: (() => void) | undefined;
  #signal: AbortSignal;
  privilege = 1;
  rows = DEFAULT_ROWS;
  columns = DEFAULT_COLUMNS;
  monitor = false;
  historySize = DEFAULT_HISTORY;
  directory: LineSession['directory'];

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#system = options.system;
    this.#teletype = options.teletype;
    this.line = options.line;
    this.peer = options.peer;
    this.#user = options.user?.name;
    this.#signal = options.signal;
    this.sinceMs = options.system.world.clock.monotonic();
    this.#lastTypedMs = this.sinceMs;
    this.directory = { volume: options.system.volumes.main, path: ROOT };
    this.#settle();
  }

  get user(): string | undefined {
    return this.#user;
  }

  get idleMs(): number {
    return this.#system.world.clock.monotonic() - this.#lastTypedMs;
  }

  get history(): readonly string[] {
    return this.#history;
  }

  notify(text: string): void {
    this.#teletype.notify(text);
  }

  async ask(question: string, how: 'shown' | 'secret' = 'shown'): Promise<string> {
    const kind = how === 'secret' ? 'secret' : 'answer';
    const { how: ended, line } = await this.#teletype.readLine({ prompt: question, kind, signal: this.#signal });
    if (ended === 'cancel') throw new InterruptedError('interrupted');
    this.#lastTypedMs = this.#system.world.clock.monotonic();
    return line;
  }

  async confirm(question: string): Promise<boolean> {
    await this.#teletype.print(question);
    const key = await this.#teletype.readKey(this.#signal);
    await this.#teletype.print(key > 0x20 && key < 0x7f ? `${String.fromCharCode(key)}\n` : '\n');
    return key === 0x0d || key === 'y'.charCodeAt(0) || key === 'Y'.charCodeAt(0);
  }

  write(text: string): Promise<void> {
    return this.#teletype.print(text);
  }

  onInterrupt(callback: () => void): () => void {
    this.#onInterrupt = callback;
    return () => {
      this.#onInterrupt = undefined;
    };
  }

  enter(mode: ModeName, sections: readonly Section[]): void {
    this.#frame = { mode, sections };
  }

  leave(to: 'parent' | 'exec'): void {
    const { parent } = MODES[this.#frame.mode];
    if (to === 'exec' || parent === undefined || parent === 'exec') {
      const wasConfiguring = this.#frame.mode !== 'exec';
      this.#frame = { mode: 'exec', sections: [] };
      if (wasConfiguring) this.#tellConfigured();
    } else this.#frame = { mode: parent, sections: [{ key: '', lines: this.#system.config }] };
  }

  end(): void {
    this.#isEnding = true;
  }

  hangUp(): void {
    this.#isEnding = true;
    this.#teletype.close();
  }

  /** Runs until the session ends; resolves then, whatever ended it. */
  async run(): Promise<'logged-out' | 'idle' | 'gone'> {
    try {
      await this.write(bannerText(this.#system, 'exec'));
      while (!this.#isEnding) await this.#turn();
      return 'logged-out';
    } catch (error) {
      if (error instanceof IdleError) return 'idle';
      if (error instanceof LineClosedError || this.#options.signal.aborted) return 'gone';
      throw error;
    }
  }

  /** Runs one command that came without a terminal (an `exec` request of SSH). */
  async runOne(line: string): Promise<void> {
    [this.rows, this.columns] = [0, 0];
    await this.#execute(line);
  }

  /** Reads the line's settings and the user's rights. */
  #settle(): void {
    const { system, line, user } = this.#options;
    const value = (key: string): string | undefined => lineValue(system, line, key);
    this.privilege = Math.max(user?.privilege ?? 1, Number(value('privilege level') ?? 1));
    const size = this.#teletype.size;
    this.rows = Number(value('length') ?? size?.rows ?? DEFAULT_ROWS);
    this.columns = Number(value('width') ?? size?.columns ?? DEFAULT_COLUMNS);
    this.#teletype.redrawsBehindNotices = value('logging synchronous') !== undefined;
    this.historySize = Number(value('history size') ?? DEFAULT_HISTORY);
  }

  async #turn(): Promise<void> {
    const { grammars, glossary, signal } = this.#options;
    signal.throwIfAborted();
    await this.#teletype.freshLine();
    const prompt = promptOf(this.#system.hostname, MODES[this.#frame.mode], this.privilege);
    const root = (line: string): [string, ReturnType<Grammars>] => {
      const isDo = this.#frame.mode !== 'exec' && /^\s*do\s/i.test(line);
      const rest = line.replace(isDo ? /^\s*do\s+/i : /^\s*(?:no|default)\s+/i, '');
      return [rest, grammars(isDo ? 'exec' : this.#frame.mode, this.privilege)];
    };
    const { how, line } = await this.#readIdling({
      prompt,
      kind: 'line',
      history: this.#history,
      help: (typed) => {
        const [rest, graph] = root(typed);
        const head = typed.trim() === '' ? `${HELP_HEADS[this.#frame.mode]} commands:\n` : '';
        return `${head}${helpText(helpFor(graph, rest, glossary), typed, prompt.length)}`;
      },
      complete: (typed) => {
        const [rest, graph] = root(typed);
        const done = completion(graph, rest);
        return done === undefined ? undefined : `${typed.slice(0, typed.length - rest.length)}${done}`;
      },
    });
    this.#lastTypedMs = this.#system.world.clock.monotonic();
    if (how !== 'enter') this.#escape();
    else await this.#typed(line, prompt.length);
  }

  /** Ctrl-Z and Ctrl-C leave the configuration. */
  #escape(): void {
    if (this.#frame.mode !== 'exec') this.leave('exec');
  }

  async #readIdling(reading: Parameters<Teletype['readLine']>[0]): ReturnType<Teletype['readLine']> {
    const [minutes = 10, seconds = 0] = (lineValue(this.#system, this.line, 'exec-timeout') ?? DEFAULT_IDLE_MINUTES)
      .split(' ')
      .map(Number);
    const idleMs = (minutes * 60 + seconds) * 1000;
    const idle = new AbortController();
    const cancel =
      idleMs === 0 ? undefined : this.#system.world.clock.after(idleMs, () => idle.abort(new IdleError('idle')));
    try {
      return await this.#teletype.readLine({
        ...reading,
        signal: AbortSignal.any([this.#options.signal, idle.signal]),
      });
    } finally {
      cancel?.();
    }
  }

  async #typed(line: string, promptLength: number): Promise<void> {
    if (line.trim() === '') return;
    if (this.#history.at(-1) !== line) this.#history.push(line);
    while (this.#history.length > this.historySize) this.#history.shift();
    await this.#execute(line, promptLength);
  }

  async #execute(line: string, promptLength = 0): Promise<void> {
    const aliased = this.#withAlias(line);
    const understood = interpret(aliased, {
      frame: this.#frame,
      privilege: this.privilege,
      promptLength,
      grammars: this.#options.grammars,
      system: this.#system,
    });
    if (understood === undefined) return;
    if ('said' in understood) await this.#misunderstood(understood);
    else await this.#carryOut(understood);
  }

  /** `alias exec NAME COMMAND`: the first word stands for several. */
  #withAlias(line: string): string {
    if (this.#frame.mode !== 'exec') return line;
    const [, first = '', rest = ''] = /^\s*(\S+)(.*)$/s.exec(line) ?? [];
    const meant = this.#system.config.value(`alias exec ${first}`);
    return meant === undefined ? line : `${meant}${rest}`;
  }

  async #misunderstood({ said, host }: Misunderstanding): Promise<void> {
    if (host === undefined) {
      await this.write(said);
      return;
    }
    if (this.#system.config.get('ip domain lookup')?.text.startsWith('no ') === true) {
      await this.write(
        '% Bad IP address or host name\n% Unknown command or computer name, or unable to find computer address\n',
      );
      return;
    }
    await this.write(`Translating "${host}"...domain server (255.255.255.255)`);
    await this.#interruptible((signal) => this.#pause(LOOKUP_MS, signal));
    await this.write('\n% Unknown command or computer name, or unable to find computer address\n');
  }

  #pause(realMs: number, signal: AbortSignal): Promise<void> {
    const { clock, pace } = this.#system.world;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const cancel = clock.after(realMs * pace, () => resolve(undefined));
    signal.addEventListener('abort', () => resolve(undefined), { once: true });
    return promise.finally(cancel);
  }

  async #carryOut(meaning: Meaning): Promise<void> {
    const { parsed, negated, line, frame, pipe } = meaning;
    // A line of the global mode leaves the section in which it was typed.
    if (frame.mode !== this.#frame.mode) this.#frame = frame;
    await this.#interruptible(async (signal) => {
      const call: Call = {
        args: parsed.args,
        words: parsed.words,
        line,
        negated,
        sections: frame.sections.length > 0 ? frame.sections : [{ key: '', lines: this.#system.config }],
        session: this,
        system: this.#system,
        signal,
      };
      await this.#show(parsed.row, call, pipe);
    });
  }

  async #interruptible(act: (signal: AbortSignal) => Promise<void>): Promise<void> {
    const interrupt = new AbortController();
    const unwatch = this.#teletype.keys.watch(() => {
      if (this.#onInterrupt === undefined) interrupt.abort(new InterruptedError('interrupted'));
      else this.#onInterrupt();
    });
    this.#signal = AbortSignal.any([this.#options.signal, interrupt.signal]);
    try {
      await act(this.#signal);
    } catch (error) {
      if (error instanceof CommandRefusal) await this.write(`${error.message}\n`);
      else if (!(error instanceof InterruptedError)) throw error;
    } finally {
      unwatch();
      this.#onInterrupt = undefined;
      this.#signal = this.#options.signal;
    }
  }

  async #show(row: CommandRow, call: Call, pipe: PipeClause | undefined): Promise<void> {
    const output = await row.run(call);
    if (output === undefined && pipe === undefined) return;
    if (pipe !== undefined && (pipe.kind === 'redirect' || pipe.kind === 'append' || pipe.kind === 'tee')) {
      await pipeInto(output, { ...pipe, kind: pipe.kind }, call);
      return;
    }
    const filter =
      pipe === undefined ? undefined : lineFilter(pipe.kind as Parameters<typeof lineFilter>[0], pipe.text);
    if (pipe !== undefined && filter === undefined) {
      await this.write('% Failed to compile regular expression.\n');
      return;
    }
    const noisy = this.#system.faults.has('noise') && call.words[0] === 'show';
    await this.#page(noisy ? withNoise(output, () => this.#breakIn()) : output, filter, call.signal);
  }

  #breakIn(): Promise<void> {
    return this.write(`${this.#system.stamped(NOISE)}\n`);
  }

  async #page(output: Output, filter: LineFilter | undefined, signal: AbortSignal): Promise<void> {
    const pager = new Pager(this.#teletype, {
      rows: () => this.rows,
      columns: () => this.columns,
      filter,
      signal,
    });
    if (typeof output === 'string') await pager.take(output);
    else if (output !== undefined)
      for await (const piece of output) {
        await pager.take(piece);
        if (pager.isOver) break;
      }
    await pager.end();
  }

  #tellConfigured(): void {
    const { kind, number } = this.line;
    const by = kind === 'con' ? 'console by console' : `${this.user ?? 'console'} by vty${number} (${this.peer ?? ''})`;
    const text =
      kind === 'con'
        ? `Configured from ${by}`
        : `Configured from console by ${this.user ?? `vty${number}`} on vty${number} (${this.peer ?? ''})`;
    this.#system.log({ facility: 'SYS', severity: 5, mnemonic: 'CONFIG_I', text });
  }
}

/** How long a device waits for a name server that is not there. */
const LOOKUP_MS = 9_000;
