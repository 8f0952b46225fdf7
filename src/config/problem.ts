/** What is wrong with a configuration, so that it can be found and put right. */

export interface Problem {
  /** `portcall.yaml:12: accounts[1].access`, `--root`: where to look. */
  readonly where: string;
  /** `must be read-only or read-write`: the end of the sentence. */
  readonly what: string;
}

export const problemText = ({ where, what }: Problem): string => `${where}: ${what}`;

/** All that is wrong, at once. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[]) {
    super(problems.map(problemText).join('\n'));
    this.problems = problems;
  }
}
