/** What the exit codes mean: a contract with scripts. */

export const EXIT = { done: 0, failed: 1, wrongUsage: 2, notFound: 3, interrupted: 130 } as const;
