/** Errors as text for a log: what went wrong, and for a bug of ours where. */

const MAX_FRAMES = 8;

/** `Error: no such thing (ENOENT)`; anything else that was thrown as its text. Never throws. */
export function causeText(cause: unknown): string {
  if (!(cause instanceof Error)) return typeof cause === 'string' ? cause : typeof cause;
  const code = 'code' in cause && typeof cause.code === 'string' ? ` (${cause.code})` : '';
  return `${cause.name}: ${cause.message}${code}`;
}

/** The places that an error came through, innermost first, in one line; empty for what is no error. */
export function framesText(cause: unknown): string {
  if (!(cause instanceof Error) || cause.stack === undefined) return '';
  const frames = cause.stack.split('\n').filter((line) => /^\s+at /.test(line));
  return frames
    .slice(0, MAX_FRAMES)
    .map((frame) => frame.trim())
    .join(' ');
}
