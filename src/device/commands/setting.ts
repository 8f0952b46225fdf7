/** Rows of the configuration: each says what its line is, where it stands, and what `no` does to it. */
import type { Call, CommandRow, Section } from '../command.ts';
import type { ConfigMode } from '../modes.ts';
import type { Platform } from '../platforms/platform.ts';
import { Configuration } from '../state/configuration.ts';

export interface Setting {
  readonly syntax: string;
  readonly modes?: readonly ConfigMode[];
  /** Its place in `show running-config`; the hundreds are groups. */
  readonly rank: number;
  /**
   * What makes a line another line, and not another value of the same: names of arguments, or the whole line. Nothing
   * unless told: there is one such line.
   */
  readonly distinct?: readonly string[] | 'line';
  /** What the line is kept under, where that does not follow from its words. */
  readonly key?: string | ((call: Call) => string);
  /** How many words of the line are its name; as many as the syntax begins with keywords, unless told. */
  readonly nameWords?: number;
  /** `on`: only `no …` is kept, because this is how it is anyway. `off`: only the line without `no`. */
  readonly normally?: 'on' | 'off';
  /** The mode that it leads into. */
  readonly opens?: ConfigMode;
  readonly on?: (platform: Platform) => boolean;
  /** The line as it is kept, where that is not what was typed in full. Throws a `CommandRefusal`. */
  readonly text?: (call: Call) => string | Promise<string>;
  /** Looks before the change; what it gives looks again behind it. */
  readonly follows?: (call: Call) => () => void;
  /** What happens besides; behind the change. Its text is shown. */
  readonly effect?: (call: Call) => string | undefined | Promise<string | undefined>;
}

/** The keywords with which a syntax begins. */
const leadingKeywords = (syntax: string): number => {
  const first = syntax.split(' ').findIndex((word) => /^[<[(]/.test(word));
  return first < 0 ? syntax.split(' ').length : first;
};

function keyFor(setting: Setting, call: Call): string {
  const { distinct = [], key } = setting;
  if (key !== undefined) return typeof key === 'string' ? key : key(call);
  if (distinct === 'line') return call.words.join(' ');
  const name = call.words.slice(0, setting.nameWords ?? leadingKeywords(setting.syntax));
  const values = distinct.map((argument) => call.args.text(argument)).filter((value) => value !== undefined);
  return [...name, ...values].join(' ');
}

async function keep(setting: Setting, call: Call, key: string): Promise<void> {
  const text = (await setting.text?.(call)) ?? call.words.join(' ');
  for (const { lines } of call.sections) {
    const section = setting.opens === undefined ? undefined : (lines.section(key) ?? new Configuration());
    lines.set(key, { text, rank: setting.rank, ...(section !== undefined && { section }) });
  }
}

function forget(setting: Setting, call: Call, key: string): void {
  for (const { lines } of call.sections) lines.remove(key);
  if (setting.normally === 'on' && call.negated === 'no')
    for (const { lines } of call.sections) lines.set(key, { text: `no ${key}`, rank: setting.rank });
}

function openedSections(call: Call, key: string): readonly Section[] {
  return call.sections.flatMap(({ lines }) => {
    const section = lines.section(key);
    return section === undefined ? [] : [{ key, lines: section }];
  });
}

async function run(setting: Setting, call: Call): Promise<string | undefined> {
  const key = keyFor(setting, call);
  const after = setting.follows?.(call);
  if (call.negated !== undefined) forget(setting, call, key);
  else if (setting.normally === 'on' && call.words.length <= key.split(' ').length)
    for (const { lines } of call.sections) lines.remove(key);
  else await keep(setting, call, key);
  call.system.changed(call.session);
  after?.();
  const said = await setting.effect?.(call);
  if (setting.opens !== undefined && call.negated === undefined)
    call.session.enter(setting.opens, openedSections(call, key));
  return said;
}

/** A row for a setting: typed, it is kept; with `no` before it, it is forgotten. */
export const setting = (row: Setting): CommandRow => ({
  syntax: row.syntax,
  modes: row.modes ?? ['config'],
  privilege: 15,
  negatable: true,
  ...(row.on !== undefined && { on: row.on }),
  run: (call) => run(row, call),
});
