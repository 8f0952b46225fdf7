/** Reads listings: MLSD by the standard, LIST by trying the formats that are known, line by line. */
import { dosFormat } from './formats/dos.ts';
import { eplfFormat } from './formats/eplf.ts';
import type { LineReader, ListingContext, ListingFormat } from './formats/format.ts';
import { mvsFormat } from './formats/mvs.ts';
import { os400Format } from './formats/os400.ts';
import { nonStopFormat, os2Format, vxworksFormat, zvmFormat } from './formats/others.ts';
import { netwareFormat, unixFormat } from './formats/unix.ts';
import { vmsFormat } from './formats/vms.ts';
import type { ListingParser, ParsedLine } from './parsed.ts';
import { parseMlsx } from './parse-mlsx.ts';

/** In the order in which they are tried on a line that nobody knows yet: the commonest first, the vaguest last. */
const LISTING_FORMATS: readonly ListingFormat[] = [
  unixFormat,
  dosFormat,
  eplfFormat,
  netwareFormat,
  vmsFormat,
  os400Format,
  mvsFormat,
  nonStopFormat,
  vxworksFormat,
  os2Format,
  zvmFormat,
];

/** Longer lines are not looked at: no name is so long. */
const MAX_LINE_LENGTH = 64 * 1024;

const NOTHING: ParsedLine = { kind: 'nothing' };
const TOO_LONG: ParsedLine = { kind: 'issue', why: 'a line that is too long to be looked at' };
const UNKNOWN: ParsedLine = { kind: 'issue', why: 'nobody knows this format' };

/** For MLSD (RFC 3659 §7). */
export const mlsdParser = (): ListingParser => ({
  parse: (line) => (line.length > MAX_LINE_LENGTH ? TOO_LONG : parseMlsx(line)),
  end: () => NOTHING,
});

/**
 * For LIST, which has no standard. The format that understood the line before is tried first; a line that none
 * understands is an issue, and the next is tried anew.
 */
export function listParser(context: ListingContext): ListingParser {
  const readers: LineReader[] = LISTING_FORMATS.map((format) => format.open(context));
  return {
    parse(line) {
      if (line.length > MAX_LINE_LENGTH) return TOO_LONG;
      if (line.trim() === '') return NOTHING;
      for (const [index, reader] of readers.entries()) {
        const read = reader.read(line);
        if (read === undefined) continue;
        if (index > 0) readers.unshift(...readers.splice(index, 1));
        return read;
      }
      return UNKNOWN;
    },
    end() {
      for (const reader of readers) {
        const held = reader.end?.();
        if (held !== undefined) return held;
      }
      return NOTHING;
    },
  };
}
