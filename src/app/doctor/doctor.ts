/** The examination with the real client. */
import { openSession } from '../../protocols/ftp/client/open-session.ts';
import { type Examination, examine, type ExamineOptions } from './examine.ts';

/** Rejects with the signal's reason, and with bugs; everything else is a finding. */
export const doctor = (options: Omit<ExamineOptions, 'openSession' | 'parsers'>): Promise<Examination> =>
  examine({ ...options, openSession });

export { suggestionOf } from './suggestion.ts';
export type { Finding } from './finding.ts';
export type { Examination, Outcome } from './examine.ts';
