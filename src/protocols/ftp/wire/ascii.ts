/**
 * TYPE A: the lines of a local file end in LF, those of the network in CRLF (RFC 959 §3.1.1.1), converted piece by piece.
 *
 * The standard wants every local line end as CRLF and says nothing of a CR that already stands before an LF. As vsftpd
 * and ProFTPD do, that pair stays one CRLF: a file that came from Windows arrives with the line ends it had. Adding a
 * second CR, as a plain replacement would (pyftpdlib), shows as empty lines in many editors.
 */

const LF = 10;
const CR = 13;
const NOTHING = new Uint8Array(0);

/** Converts a stream of bytes chunk by chunk. What it returns may be the chunk itself when nothing had to change. */
export interface AsciiConverter {
  convert(chunk: Uint8Array): Uint8Array;
  /** What was held back, to be sent behind the last chunk. */
  end(): Uint8Array;
}

/** Up to here, copying in a loop is quicker than the call that moves memory. */
const SHORT_LINE = 24;

function move(bytes: Uint8Array, to: number, from: number, end: number): void {
  if (end - from > SHORT_LINE) bytes.copyWithin(to, from, end);
  else for (let index = from; index < end; index += 1) bytes[to + index - from] = bytes[index] ?? 0;
}

/** Local to network: an LF without a CR before it becomes CRLF. */
export function toNetworkAscii(): AsciiConverter {
  let previous = 0;
  return {
    convert(chunk) {
      const before = previous;
      previous = chunk[chunk.length - 1] ?? previous;
      return chunk.includes(LF) ? withCarriageReturns(chunk, before) : chunk;
    },
    end: () => NOTHING,
  };
}

/**
 * The chunk is put at the far end of a buffer twice as long and its lines are moved down one by one: what is written,
 * at most two bytes for one, never overtakes what is read. Moving costs less than a view for each line would.
 */
function withCarriageReturns(chunk: Uint8Array, before: number): Uint8Array {
  const size = chunk.length;
  const converted = new Uint8Array(size * 2);
  converted.set(chunk, size);
  let written = 0;
  let start = 0;
  for (let end = chunk.indexOf(LF); end >= 0; end = chunk.indexOf(LF, start)) {
    move(converted, written, size + start, size + end);
    written += end - start;
    if ((end === 0 ? before : chunk[end - 1]) !== CR) converted[written++] = CR;
    converted[written++] = LF;
    start = end + 1;
  }
  converted.copyWithin(written, size + start);
  return converted.subarray(0, written + size - start);
}

/** Network to local: CRLF becomes LF; a CR that no LF follows stays. A CR at the end of a chunk waits for the next. */
export function fromNetworkAscii(): AsciiConverter {
  let holdsCr = false;
  return {
    convert(chunk) {
      if (chunk.length === 0) return chunk;
      const heldCr = holdsCr;
      holdsCr = chunk[chunk.length - 1] === CR;
      return heldCr || chunk.includes(CR) ? withoutCarriageReturns(chunk, heldCr) : chunk;
    },
    end() {
      const rest = holdsCr ? Uint8Array.of(CR) : NOTHING;
      holdsCr = false;
      return rest;
    },
  };
}

/** The last CR of the chunk is not copied: the caller holds it. */
function withoutCarriageReturns(chunk: Uint8Array, heldCr: boolean): Uint8Array {
  const converted = new Uint8Array(chunk.length + 1);
  converted.set(chunk, 1);
  // One place is kept before the chunk, for a CR of the last chunk that turns out to stand alone.
  let written = heldCr && chunk[0] !== LF ? 1 : 0;
  if (written === 1) converted[0] = CR;
  let start = 0;
  for (let end = chunk.indexOf(CR); end >= 0; end = chunk.indexOf(CR, end + 1)) {
    if (end + 1 < chunk.length && chunk[end + 1] !== LF) continue;
    move(converted, written, start + 1, end + 1);
    written += end - start;
    start = end + 1;
  }
  converted.copyWithin(written, start + 1);
  return converted.subarray(0, written + chunk.length - start);
}
