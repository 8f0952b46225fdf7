/** Plays a transcript of IOS: types what was typed, and compares the screen with what was seen. */
import assert from 'node:assert/strict';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { readText } from '../../src/device/index.ts';
import { contentOf, fileOf, type IosStage, iosStage, write } from './session-stage.ts';
import type { Directive, IosStep, IosTranscript } from './session-transcript.ts';
import type { Screen } from './screen.ts';
import { eventually } from './wait.ts';

/** As long as a device may take to show what it must. */
const PATIENCE_MS = 5_000;
/** Stands for any text within a line; alone on a line, for any lines. */
const ANY = '…';

/** A screen, and what it must show from a line on. */
interface Watched {
  readonly screen: Screen;
  fromLine: number;
  wanted: string;
}

const isLike = (line: string, pattern: string): boolean => {
  if (!pattern.includes(ANY)) return line.trimEnd() === pattern.trimEnd();
  const source = pattern
    .split(ANY)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'))
    .join('.*');
  return new RegExp(`^${source}\\s*$`).test(line);
};

/** Where the lines stop fitting: an index, or `undefined` where all fit. */
function fits(lines: readonly string[], patterns: readonly string[], isWhole: boolean): boolean {
  const [pattern, ...more] = patterns;
  const [line, ...rest] = lines;
  if (pattern === undefined) return lines.length === 0 || !isWhole;
  if (pattern === ANY) return fits(lines, more, isWhole) || (line !== undefined && fits(rest, patterns, isWhole));
  return line !== undefined && isLike(line, pattern) && fits(rest, more, isWhole);
}

/** Whether lines could become like the patterns: all but the last, which is still being written, are. */
function mayFit(lines: readonly string[], patterns: readonly string[]): boolean {
  const until = patterns.indexOf(ANY);
  const sure = until < 0 ? patterns.length : until;
  const whole = lines.slice(0, Math.min(sure, lines.length - 1));
  return (
    whole.every((line, index) => isLike(line, patterns[index] ?? '')) && (until >= 0 || lines.length <= patterns.length)
  );
}

/** What was seen beside what should have been, around the first line that differs. */
export function differenceOf(lines: readonly string[], patterns: readonly string[]): string {
  const at = Math.max(
    0,
    patterns.findIndex((pattern, index) => !isLike(lines[index] ?? '\u0000', pattern)),
  );
  const part = (all: readonly string[]): string =>
    all
      .slice(Math.max(0, at - 4), at + 8)
      .map((line) => `    |${line}`)
      .join('\n');
  return `the screen shows\n${part(lines)}\n  instead of\n${part(patterns)}`;
}

class Player {
  readonly #stage: IosStage;
  readonly #screens = new Map<string, Watched>();
  #now: Watched;

  constructor(stage: IosStage, { name, screen, fromLine }: Beginning) {
    this.#stage = stage;
    this.#now = { screen, fromLine, wanted: '' };
    this.#screens.set(name, this.#now);
  }

  async play(step: IosStep): Promise<void> {
    if (step.kind === 'shown') this.#now.wanted += step.text;
    else if (step.kind === 'typed') await this.#type(step.keys, step.seen);
    else if (step.kind === 'passes') {
      await this.settle('whole');
      this.#stage.virtual.clock.advance(step.milliseconds);
    } else await this.#obey(step);
  }

  /** Waits until the screen shows what it must. */
  async settle(how: 'whole' | 'beginning' | 'end'): Promise<void> {
    const { screen, fromLine, wanted } = this.#now;
    if (how === 'beginning' && wanted === '') return;
    const patterns = (how === 'whole' ? wanted : wanted.replace(/\n$/, '')).split('\n');
    const shown = (): readonly string[] => {
      const lines = screen.lines.slice(fromLine);
      return how === 'end' ? lines.slice(0, lines.findLastIndex((line) => line.trim() !== '') + 1) : lines;
    };
    const difference = (): string => differenceOf(shown(), patterns);
    const holds = (): boolean => {
      if (fits(shown(), patterns, how !== 'beginning')) return true;
      if (how !== 'beginning' && !mayFit(shown(), patterns)) throw new Error(difference());
      return false;
    };
    await screen.until(holds, difference, PATIENCE_MS);
  }

  async #type(keys: string, seen: string): Promise<void> {
    await this.settle('whole');
    const { screen } = this.#now;
    const line = screen.lines.length - 1;
    this.#now.wanted = `${this.#now.wanted.slice(this.#now.wanted.lastIndexOf('\n') + 1)}${seen}`;
    this.#now.fromLine = line;
    screen.type(keys);
  }

  async #obey({ name, value }: Directive): Promise<void> {
    await this.settle('beginning');
    const act = this.#acts.get(name);
    if (act === undefined) throw new Error(`nobody knows what "# ${name}:" means`);
    await act(value);
  }

  readonly #acts: ReadonlyMap<string, (value: string) => Promise<void> | void> = new Map([
    ['line', (value: string) => this.#turnTo(value)],
    ['closed', () => this.#now.screen.untilClosed()],
    ['leaves', () => this.#now.screen.leave()],
    ['break', () => this.#now.screen.break()],
    ['power', () => this.#cyclePower()],
    ['file', (value: string) => this.#put(value)],
    ['has', (value: string) => this.#has(value)],
    ['lacks', (value: string) => this.#lacks(value)],
    ['doors', (value: string) => this.#hasDoors(value)],
  ]);

  /** Another line; one that nobody sat at yet is entered now, and at others the line is shown again where they were left. */
  #turnTo(name: string): void {
    this.#now.fromLine += this.#now.wanted.trimEnd().split('\n').length - 1;
    const found = this.#screens.get(name) ?? { screen: enter(this.#stage, name), fromLine: 0, wanted: '' };
    found.wanted = '';
    this.#screens.set(name, found);
    this.#now = found;
  }

  async #cyclePower(): Promise<void> {
    await this.#stage.virtual.device.powerOff();
    void this.#stage.virtual.device.powerOn();
  }

  async #put(value: string): Promise<void> {
    const { volume, path, content } = fileOf(value);
    await write(this.#stage.virtual.files(volume), path, contentOf(content));
  }

  /** A file of the device, or without a volume one of the servers. */
  async #has(value: string): Promise<void> {
    const { volume, path, content } = fileOf(value);
    assert.equal(await this.#textOf(volume, path), contentOf(content).toString('latin1'));
  }

  async #lacks(value: string): Promise<void> {
    const { volume, path } = fileOf(value);
    assert.equal(await this.#textOf(volume, path), undefined, `${value} should not be there`);
  }

  async #textOf(volume: string, path: string): Promise<string | undefined> {
    const { virtual, network } = this.#stage;
    const files = volume === '' ? network?.files : virtual.files(volume);
    const text = files === undefined ? undefined : await readText(files, resolvePath(ROOT, path) ?? ROOT);
    return text === undefined ? undefined : Buffer.from(text).toString('latin1');
  }

  /** The doors are told behind the command, which may not be over when its line is. */
  async #hasDoors(value: string): Promise<void> {
    await eventually(() => this.#doors === value, `the doors are "${value}"`).catch(() => undefined);
    assert.equal(this.#doors, value);
  }

  get #doors(): string {
    const { wishes } = this.#stage.virtual;
    const tftp = [...(wishes?.tftp ?? [])].map(([name, file]) => `tftp ${name}=${file}`);
    const open = [wishes?.telnet === true ? 'telnet' : '', wishes?.ssh === undefined ? '' : 'ssh', ...tftp];
    return open.filter((door) => door !== '').join(', ');
  }
}

/** `console`, `vty`, `vty 2`, `ssh admin 15`: the door logs the last one in. */
function enter({ virtual }: IosStage, name: string): Screen {
  const [kind, user = '', privilege = '1'] = name.split(' ');
  if (kind === 'console') return virtual.console();
  if (kind === 'ssh') return virtual.visit({ door: 'ssh', user: { name: user, privilege: Number(privilege) } });
  return virtual.visit();
}

interface Beginning {
  readonly name: string;
  readonly screen: Screen;
  readonly fromLine: number;
}

/** Brings the first screen to where the transcript begins. */
async function begin(stage: IosStage): Promise<Beginning> {
  const [name = 'console'] = stage.asked('line');
  const [from = name === 'console' ? 'enabled' : 'connected'] = stage.asked('from');
  const { device } = stage.virtual;
  if (from === 'power-on') {
    const screen = enter(stage, name);
    void device.powerOn();
    return { name, screen, fromLine: 0 };
  }
  await device.powerOn();
  const screen = enter(stage, name);
  if (from === 'connected') return { name, screen, fromLine: 0 };
  screen.type('\r');
  await screen.untilText('R1>');
  if (from === 'user') return { name, screen, fromLine: screen.lines.length - 1 };
  screen.type('enable\r');
  await screen.untilText('R1#');
  return { name, screen, fromLine: screen.lines.length - 1 };
}

export async function playIosTranscript(transcript: IosTranscript): Promise<void> {
  await using stage = await iosStage(transcript);
  const player = new Player(stage, await begin(stage));
  let last = 0;
  try {
    for (const { line, step } of transcript.steps) {
      last = line;
      await player.play(step);
    }
    if (transcript.steps.at(-1)?.step.kind === 'shown') await player.settle('end');
  } catch (error) {
    throw new Error(`line ${last}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}
