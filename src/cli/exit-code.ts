/** What the exit codes mean: a contract with scripts. */

export const EXIT = {
  done: 0,
  failed: 1,
  wrongUsage: 2,
  notFound: 3,
  /** Login or permission refused. */
  denied: 4,
  /** A host key or certificate is not trusted. */
  notTrusted: 5,
  /** Could not connect, or timed out: worth trying again. */
  unreachable: 6,
  /** What arrived is not what was sent. */
  integrity: 7,
  /** Some of many failed. */
  partial: 8,
  /** Stopped by a limit. */
  limit: 10,
  interrupted: 130,
} as const;
