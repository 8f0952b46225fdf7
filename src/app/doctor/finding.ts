/** What an examination of a server says: findings, each a verdict, a sentence, and where it helps, what to do. */

/** `note` is worth knowing; `warning` will hurt some day or somebody; `problem` hurts now. */
export type Verdict = 'ok' | 'note' | 'warning' | 'problem';

/** Stable names, for programs that read findings. */
export const TOPICS = [
  'address',
  'certificate',
  'encryption',
  'login',
  'greeting',
  'features',
  'latency',
  'path',
  'epsv',
  'pasv',
  'active',
  'listing',
  'tls-1.2',
  'tls-1.3',
  'names',
  'resume',
  'times',
  'hash',
  'download',
  'write-test',
] as const;
export type Topic = (typeof TOPICS)[number];

export interface Finding {
  readonly topic: Topic;
  readonly verdict: Verdict;
  /** For people. What the server said in it may hold anything: escape it before showing it. */
  readonly sentence: string;
  /** What to do. */
  readonly advice?: string;
}

export const ok = (topic: Topic, sentence: string): Finding => ({ topic, verdict: 'ok', sentence });
export const note = (topic: Topic, sentence: string, advice?: string): Finding => ({
  topic,
  verdict: 'note',
  sentence,
  ...(advice === undefined ? {} : { advice }),
});
export const warning = (topic: Topic, sentence: string, advice: string): Finding => ({
  topic,
  verdict: 'warning',
  sentence,
  advice,
});
export const problem = (topic: Topic, sentence: string, advice: string): Finding => ({
  topic,
  verdict: 'problem',
  sentence,
  advice,
});
