/** The format of the FTP transcripts (see test/transcripts/ftp/README.md): text to steps. */

export type Step =
  | { readonly kind: 'login'; readonly user: string }
  | { readonly kind: 'client'; readonly text: string }
  | { readonly kind: 'server'; readonly lines: readonly string[] }
  | { readonly kind: 'closed' }
  | { readonly kind: 'data-in'; readonly bytes: Buffer }
  | { readonly kind: 'data-lines'; readonly patterns: readonly string[] }
  | { readonly kind: 'data-out'; readonly bytes: Buffer }
  | { readonly kind: 'data-end' }
  | { readonly kind: 'put' | 'has'; readonly path: string; readonly content: string }
  | { readonly kind: 'lacks'; readonly path: string };

/** A step and the line at which it begins, for the message when it fails. */
export interface PlacedStep {
  readonly line: number;
  readonly step: Step;
}

const LINE = /^(LOGIN|C:|S:|D<|D~|D>|D:|[+=!])(?: (.*))?$/s;

/** Throws a sentence with the line's number when a line is none of the format's. */
export function parseTranscript(text: string): PlacedStep[] {
  const steps: PlacedStep[] = [];
  for (const [index, written] of text.split('\n').entries()) {
    if (written === '' || written.startsWith('#')) continue;
    const [, mark = '', rest = ''] = LINE.exec(written) ?? [];
    const step = stepOf(mark, rest);
    if (step === undefined) throw new Error(`line ${index + 1} is no step: ${written}`);
    const last = steps.at(-1);
    const joined = last === undefined ? undefined : join(last.step, step);
    if (last !== undefined && joined !== undefined) steps[steps.length - 1] = { line: last.line, step: joined };
    else steps.push({ line: index + 1, step });
  }
  return steps;
}

function stepOf(mark: string, rest: string): Step | undefined {
  const [, quoted, plain = '', content = ''] = /^(?:"([^"]*)"|(\S+))(?: (.*))?$/s.exec(rest) ?? [];
  const path = quoted ?? plain;
  const makers: Readonly<Record<string, () => Step | undefined>> = {
    LOGIN: () => ({ kind: 'login', user: rest }),
    'C:': () => ({ kind: 'client', text: rest }),
    'S:': () => (rest === 'closed' ? { kind: 'closed' } : { kind: 'server', lines: [rest] }),
    'D<': () => ({ kind: 'data-in', bytes: unescaped(rest) }),
    'D~': () => ({ kind: 'data-lines', patterns: [rest] }),
    'D>': () => ({ kind: 'data-out', bytes: unescaped(rest) }),
    'D:': () => (rest === 'end' ? { kind: 'data-end' } : undefined),
    '+': () => ({ kind: 'put', path, content }),
    '=': () => ({ kind: 'has', path, content }),
    '!': () => ({ kind: 'lacks', path }),
  };
  return makers[mark]?.();
}

/** Lines that belong together: those of one reply, of one listing, of one stream of data. */
function join(last: Step, next: Step): Step | undefined {
  if (last.kind === 'server' && next.kind === 'server' && !isWhole(last.lines))
    return { kind: 'server', lines: [...last.lines, ...next.lines] };
  if (last.kind === 'data-in' && next.kind === 'data-in')
    return { kind: 'data-in', bytes: Buffer.concat([last.bytes, next.bytes]) };
  if (last.kind === 'data-out' && next.kind === 'data-out')
    return { kind: 'data-out', bytes: Buffer.concat([last.bytes, next.bytes]) };
  if (last.kind === 'data-lines' && next.kind === 'data-lines')
    return { kind: 'data-lines', patterns: [...last.patterns, ...next.patterns] };
  return undefined;
}

const isWhole = ([first = '', ...more]: readonly string[]): boolean =>
  !/^\d{3}-/.test(first) || more.some((line) => line.startsWith(`${first.slice(0, 3)} `));

/** `\r`, `\n`, `\0`, `\\`, `\xff` to bytes; the rest is UTF-8. */
export function unescaped(text: string): Buffer {
  const parts = text.split(/(\\x[0-9a-f]{2}|\\[rn0\\])/);
  return Buffer.concat(parts.map((part, index) => (index % 2 === 0 ? Buffer.from(part) : escapedByte(part))));
}

function escapedByte(escape: string): Buffer {
  const known: Readonly<Record<string, number>> = { '\\r': 13, '\\n': 10, '\\0': 0, '\\\\': 92 };
  return Buffer.from([known[escape] ?? parseInt(escape.slice(2), 16)]);
}

/** Bytes as a transcript would write them, so that a failure can be read. */
export const escaped = (bytes: Buffer): string =>
  bytes
    .toString('latin1')
    .replace(/[\\\x00-\x1f\x7f-\xff]/g, (byte) =>
      byte === '\\'
        ? '\\\\'
        : byte === '\r'
          ? '\\r'
          : byte === '\n'
            ? '\\n'
            : `\\x${byte.charCodeAt(0).toString(16).padStart(2, '0')}`,
    );

/** A pattern of a reply or a listing as a regular expression over Latin-1; `<name>` captures digits and commas. */
export function patternOf(pattern: string): RegExp {
  const source = unescaped(pattern)
    .toString('latin1')
    .split(/(\*|<[a-z0-9, ]+>)/)
    .map((part) =>
      part === '*' ? '.*' : /^<.*>$/.test(part) ? '([\\d,]+)' : part.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&'),
    )
    .join('');
  return new RegExp(`^${source}$`, 's');
}

/** Whether lines fit patterns, of which `...` fits any number of lines. */
export function fits(lines: readonly string[], patterns: readonly string[]): boolean {
  const [first, ...rest] = patterns;
  if (first === undefined) return lines.length === 0;
  if (first !== '...') return lines.length > 0 && patternOf(first).test(lines[0] ?? '') && fits(lines.slice(1), rest);
  return lines.some((_, index) => fits(lines.slice(index), rest)) || fits([], rest);
}
