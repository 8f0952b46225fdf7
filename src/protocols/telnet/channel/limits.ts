/** The bounds that both sides of Telnet keep with a peer. Times in milliseconds. */

export interface LineLimits {
  /** Words of the peer that are not data: negotiations, subnegotiations, commands. As many may come at once. */
  readonly negotiationsPerMinute: number;
  /** Text waits for a peer that takes nothing at all. */
  readonly stallMs: number;
  /** From the end on our side until the peer has taken what was written. */
  readonly flushMs: number;
  /** From there until the peer has ended too. */
  readonly lingerMs: number;
  /** From the peer's end until ours: what it has sent last may still be answered. */
  readonly halfOpenMs: number;
}

export const DEFAULT_LINE_LIMITS: LineLimits = {
  negotiationsPerMinute: 1_000,
  // A person may stop the output of a terminal (Ctrl-S) and read.
  stallMs: 600_000,
  flushMs: 30_000,
  lingerMs: 5_000,
  halfOpenMs: 60_000,
};
