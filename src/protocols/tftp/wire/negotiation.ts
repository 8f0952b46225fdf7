/** Which options are asked for, and what is agreed on (RFC 2347, 2348, 2349, 7440; `rollover` as of tftp-hpa). */
import type { Rollover } from './block-number.ts';
import { DATA_HEADER_BYTES, type TftpOption } from './packet.ts';

const DEFAULT_BLOCK_BYTES = 512;
const LEAST_BLOCK_BYTES = 8;
const MOST_WINDOW_BLOCKS = 65_535;
const MOST_TIMEOUT_SECONDS = 255;

/** What holds for one transfer. */
export interface Terms {
  readonly blockBytes: number;
  readonly windowBlocks: number;
  /** Before something is sent again, where that was agreed on. */
  readonly timeoutMs: number | undefined;
  /** What the sender of the file says of its size, in bytes. */
  readonly sizeBytes: number | undefined;
  readonly rollover: Rollover;
}

/** RFC 1350 alone. */
export const PLAIN_TERMS: Terms = {
  blockBytes: DEFAULT_BLOCK_BYTES,
  windowBlocks: 1,
  timeoutMs: undefined,
  sizeBytes: undefined,
  rollover: 0,
};

/** What a server agrees to at most. */
export interface Caps {
  readonly blockBytes: number;
  readonly windowBlocks: number;
  /** Packets of a window together: more overflow the buffers on the way, whatever their number. */
  readonly windowBytes: number;
}

/** A number as RFC 2347 has it: ASCII digits. Anything else, and what is beyond counting, is no number. */
function numberIn(text: string): number | undefined {
  if (!/^\d{1,16}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
}

/** What is asked beyond counting is still asked: as much as is counted. */
const cappedNumberIn = (text: string): number | undefined =>
  /^[1-9]\d{16,}$/.test(text) ? Number.MAX_SAFE_INTEGER : numberIn(text);

interface Asked {
  readonly direction: 'read' | 'write';
  readonly caps: Caps;
  /** Of the file that is read; `undefined` where it is not known before it is converted. */
  readonly fileBytes: number | undefined;
}

type Answers = Partial<Record<KnownOption, number>>;
export type KnownOption = 'blksize' | 'tsize' | 'timeout' | 'windowsize' | 'rollover';

/** One row per option: the value that is answered, or `undefined` to leave the option out. */
const ANSWER: Readonly<Record<KnownOption, (value: string, asked: Asked) => number | undefined>> = {
  blksize(value, { caps }) {
    const bytes = cappedNumberIn(value);
    return bytes === undefined || bytes < LEAST_BLOCK_BYTES ? undefined : Math.min(bytes, caps.blockBytes);
  },
  tsize(value, { direction, fileBytes }) {
    return direction === 'read' ? fileBytes : numberIn(value);
  },
  timeout(value) {
    const seconds = numberIn(value);
    return seconds !== undefined && seconds >= 1 && seconds <= MOST_TIMEOUT_SECONDS ? seconds : undefined;
  },
  windowsize(value, { caps }) {
    const blocks = cappedNumberIn(value);
    return blocks === undefined || blocks < 1 ? undefined : Math.min(blocks, caps.windowBlocks, MOST_WINDOW_BLOCKS);
  },
  rollover(value) {
    return value === '0' || value === '1' ? Number(value) : undefined;
  },
};

const isKnown = (name: string): name is KnownOption => Object.hasOwn(ANSWER, name);

/** What the system's buffers count for a datagram beside its bytes, about: many small ones fill them early. */
const DATAGRAM_BYTES = 768;

/** So many blocks of a window as its bound in bytes allows, and one in any case. */
export const fitted = (windowBlocks: number, blockBytes: number, { windowBytes }: Pick<Caps, 'windowBytes'>): number =>
  Math.max(1, Math.min(windowBlocks, Math.floor(windowBytes / (blockBytes + DATA_HEADER_BYTES + DATAGRAM_BYTES))));

function termsOf(answers: Answers): Terms {
  const { blksize, windowsize, timeout, tsize, rollover } = answers;
  return {
    blockBytes: blksize ?? DEFAULT_BLOCK_BYTES,
    windowBlocks: windowsize ?? 1,
    timeoutMs: timeout === undefined ? undefined : timeout * 1000,
    sizeBytes: tsize,
    rollover: rollover === 1 ? 1 : 0,
  };
}

/** What a server answers to a request. An empty answer is no OACK: the transfer begins as RFC 1350 has it. */
export interface Agreement {
  readonly terms: Terms;
  readonly answer: readonly TftpOption[];
}

/**
 * The server's side. Options that are unknown or make no sense are left out, and an option that comes twice counts once;
 * names are answered as they were written, since some clients look for those very letters.
 */
export function agree(options: readonly TftpOption[], asked: Asked): Agreement {
  const spelling = new Map<KnownOption, string>();
  const answers: Answers = {};
  for (const { name, value } of options) {
    const known = name.toLowerCase();
    if (!isKnown(known) || spelling.has(known)) continue;
    const answer = ANSWER[known](value, asked);
    if (answer === undefined) continue;
    spelling.set(known, name);
    answers[known] = answer;
  }
  // Known only when all options were read: their order is free.
  if (answers.windowsize !== undefined)
    answers.windowsize = fitted(answers.windowsize, answers.blksize ?? DEFAULT_BLOCK_BYTES, asked.caps);
  const answer = [...spelling].map(([known, name]) => ({ name, value: String(answers[known]) }));
  return { terms: termsOf(answers), answer };
}

/** What a client asks for. */
export interface Wishes {
  readonly blockBytes?: number;
  readonly windowBlocks?: number;
  readonly timeoutSeconds?: number;
  /** 0 asks for the size of a file that is read. */
  readonly sizeBytes?: number;
}

export function optionsFor({ blockBytes, windowBlocks, timeoutSeconds, sizeBytes }: Wishes): TftpOption[] {
  const wanted: readonly (readonly [KnownOption, number | undefined])[] = [
    ['tsize', sizeBytes],
    ['blksize', blockBytes],
    ['timeout', timeoutSeconds],
    ['windowsize', windowBlocks],
  ];
  return wanted.flatMap(([name, value]) => (value === undefined ? [] : [{ name, value: String(value) }]));
}

/** How an option that was asked for may be answered. */
const IS_FAIR: Readonly<Record<KnownOption, (answered: number, asked: number) => boolean>> = {
  blksize: (answered, asked) => answered >= LEAST_BLOCK_BYTES && answered <= asked,
  // Of a file that is written some servers answer what they like; it is the client that knows.
  tsize: () => true,
  timeout: (answered, asked) => answered === asked,
  windowsize: (answered, asked) => answered >= 1 && answered <= asked,
  rollover: (answered) => answered <= 1,
};

/** The client's side: the terms, or why the answer is refused (ERROR 8). */
export function readAnswer(
  asked: readonly TftpOption[],
  answered: readonly TftpOption[],
): Terms | { readonly refused: string } {
  const wishes = new Map(asked.map(({ name, value }) => [name.toLowerCase(), Number(value)]));
  const answers: Answers = {};
  for (const { name, value } of answered) {
    const known = name.toLowerCase();
    const wish = wishes.get(known);
    if (!isKnown(known) || wish === undefined) return { refused: `${name} was not asked for` };
    const number = numberIn(value);
    if (number === undefined || !IS_FAIR[known](number, wish))
      return { refused: `${name}=${value} is not what was asked for` };
    answers[known] ??= number;
  }
  return termsOf(answers);
}
