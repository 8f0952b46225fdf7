/** The examination with the real client and the real parsers of listings. */
import { systemClock } from '../../base/clock.ts';
import { openSession } from '../../protocols/ftp/client/open-session.ts';
import { listParser, mlsdParser } from '../../protocols/listing/parse-listing.ts';
import { type Examination, examine, type ExamineOptions } from './examine.ts';

/** Rejects with the signal's reason, and with bugs; everything else is a finding. */
export function doctor(options: Omit<ExamineOptions, 'openSession' | 'parsers'>): Promise<Examination> {
  const { clock = systemClock } = options.connection;
  const parsers = { mlsd: mlsdParser, list: () => listParser({ nowMs: clock.now() }) };
  return examine({ ...options, openSession, parsers });
}

export { suggestionOf } from './suggestion.ts';
export type { Finding } from './finding.ts';
export type { Examination, Outcome } from './examine.ts';
