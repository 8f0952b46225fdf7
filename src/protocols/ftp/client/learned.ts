/** What the sessions of one client learn of their server and tell one another, so that nothing is tried in vain twice. */
import type { ServerFeatures } from './session.ts';

export interface Learned {
  /** `works`: EPSV led to a connection · `useless`: it was refused, or its port was dead, and PASV is asked instead. */
  epsv: 'untried' | 'works' | 'useless';
  /** What the first session was told. */
  server: ServerFeatures | undefined;
  /** Numbers for data connections, as the conversation is told. */
  dataCount: number;
}

export const nothingLearned = (): Learned => ({ epsv: 'untried', server: undefined, dataCount: 0 });
