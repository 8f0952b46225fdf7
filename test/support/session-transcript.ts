/** The format of the transcripts of IOS (see test/transcripts/ios/README.md): text to setup and steps. */

export type IosStep =
  /** What the screen shows, appended to what it must show. */
  | { readonly kind: 'shown'; readonly text: string }
  /** What is typed: its bytes, and what of it is seen. */
  | { readonly kind: 'typed'; readonly keys: string; readonly seen: string }
  /** Time passes. */
  | { readonly kind: 'passes'; readonly milliseconds: number }
  | Directive;

/** A line `# name: value`. */
export interface Directive {
  readonly kind: 'directive';
  readonly name: string;
  readonly value: string;
}

export interface PlacedIosStep {
  readonly line: number;
  readonly step: IosStep;
}

export interface IosTranscript {
  /** The directives before the first line of the screen. */
  readonly head: readonly Directive[];
  readonly steps: readonly PlacedIosStep[];
}

const ESCAPE = '\u001b';

/** Keys by the names that they have between « and ». */
const KEYS: ReadonlyMap<string, string> = new Map([
  ['SPACE', ' '],
  ['ENTER', '\r'],
  ['TAB', '\t'],
  ['BS', '\u007f'],
  ['ESC', ESCAPE],
  ['UP', `${ESCAPE}[A`],
  ['DOWN', `${ESCAPE}[B`],
  ['RIGHT', `${ESCAPE}[C`],
  ['LEFT', `${ESCAPE}[D`],
  ['^^', '\u001e'],
  ...Array.from({ length: 26 }, (_, index): [string, string] => [
    `^${String.fromCharCode(65 + index)}`,
    String.fromCharCode(index + 1),
  ]),
]);

/** Keys that a device shows by their names. */
const SHOWN_BY_NAME = new Set(['^Z', '^C']);

const UNITS: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const DIRECTIVE = /^# ([a-z-]+): ?(.*)$/;

const KEY_IN_ANGLES = /<([^<> ]+)>/g;

const keyOf = (name: string): string => KEYS.get(name) ?? (name.length === 1 ? name : `<${name}>`);

/** `sho<BS>w → show`: keys in angles, what is seen of it behind the arrow. */
function typedStep(inside: string): IosStep {
  const [, count, unit = ''] = /^\+(\d+)([smhd])$/.exec(inside) ?? [];
  if (count !== undefined) return { kind: 'passes', milliseconds: Number(count) * (UNITS[unit] ?? 0) };
  const [written = '', seen] = inside.split(/ → ?/);
  const single = KEYS.get(written);
  if (single === undefined) return textTyped(written, seen);
  return { kind: 'typed', keys: single, seen: seen ?? (SHOWN_BY_NAME.has(written) ? written : '') };
}

/** A printable key in angles is seen like any text. */
const seenOf = (all: string, name: string): string => (name.length === 1 ? name : KEYS.has(name) ? '' : all);

function textTyped(written: string, seen: string | undefined): IosStep {
  const text = written.replace(/\\$/, '');
  const keys = text.replace(KEY_IN_ANGLES, (_all, name: string) => keyOf(name));
  const plain = text.replace(KEY_IN_ANGLES, seenOf);
  const isKeysOnly = written !== '' && text.replace(KEY_IN_ANGLES, '') === '';
  const needsEnter = text === written && !written.endsWith('?') && !isKeysOnly;
  return { kind: 'typed', keys: needsEnter ? `${keys}\r` : keys, seen: seen ?? plain };
}

/** The pieces of a line of the screen: text, and what is typed into it. */
function stepsOf(line: string): readonly IosStep[] {
  return line.split(/(«[^»]*»|‹[^›]*›)/).map((part): IosStep => {
    if (part.startsWith('«')) return typedStep(part.slice(1, -1));
    if (part.startsWith('‹')) return { kind: 'typed', keys: `${part.slice(1, -1)}\r`, seen: '' };
    return { kind: 'shown', text: part };
  });
}

function directiveOf(line: string): Directive | undefined {
  const [, name, value = ''] = DIRECTIVE.exec(line) ?? [];
  return name === undefined ? undefined : { kind: 'directive', name, value };
}

export function parseIosTranscript(text: string): IosTranscript {
  const lines = text.trimEnd().split('\n');
  const begin = lines.findIndex((line) => !line.startsWith('#'));
  const head = lines.slice(0, begin).flatMap((line) => directiveOf(line) ?? []);
  const first = lines[begin] === '' ? begin + 1 : begin;
  const steps: PlacedIosStep[] = [];
  let glue = '';
  for (const [index, line] of lines.entries()) {
    if (index < first || (line.startsWith('# ') && directiveOf(line) === undefined)) continue;
    const directive = directiveOf(line);
    for (const step of directive === undefined ? shownSteps(glue, line) : [directive])
      steps.push({ line: index + 1, step });
    glue = glueBehind(directive, glue);
  }
  return { head, steps };
}

/** Lines of the screen follow each other; a line that is turned to begins anew. */
function glueBehind(directive: Directive | undefined, before: string): string {
  if (directive === undefined) return '\n';
  return directive.name === 'line' ? '' : before;
}

const shownSteps = (glue: string, line: string): readonly IosStep[] =>
  [{ kind: 'shown', text: glue } as const, ...stepsOf(line)].filter(
    (step) => step.kind !== 'shown' || step.text !== '',
  );
