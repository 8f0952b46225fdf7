/** Says in time that a certificate ends: 30, 7 and 1 days before, and once a day when it has ended. */
import type { Observer } from '../../observe/event.ts';
import type { Expiry } from './load.ts';

const DAY_MS = 24 * 3_600_000;
const NOTICE_DAYS: readonly number[] = [1, 7, 30];

/** What there is to say; the same for as long as it was said already. `undefined`: nothing yet. */
function stageOf(leftMs: number): string | undefined {
  if (leftMs <= 0) return `ended ${Math.floor(-leftMs / DAY_MS)}`;
  return NOTICE_DAYS.find((days) => leftMs <= days * DAY_MS)?.toString();
}

const daysText = (days: number): string => (days === 1 ? '1 day' : `${days} days`);

export class ExpiryNotices {
  readonly #observe: Observer;
  /** What was said of each file and end. */
  #said: ReadonlyMap<string, string> = new Map();

  constructor(observe: Observer) {
    this.#observe = observe;
  }

  /** Says what is due and was not said yet. */
  tell(expiries: readonly Expiry[], nowMs: number): void {
    const said = new Map<string, string>();
    for (const expiry of expiries) {
      const stage = stageOf(expiry.notAfterMs - nowMs);
      const key = `${expiry.notAfterMs} ${expiry.path}`;
      if (stage === undefined || said.has(key)) continue;
      said.set(key, stage);
      if (this.#said.get(key) !== stage) this.#tellOne(expiry, nowMs);
    }
    this.#said = said;
  }

  #tellOne({ path, notAfterMs }: Expiry, nowMs: number): void {
    const end = new Date(notAfterMs).toISOString();
    const leftMs = notAfterMs - nowMs;
    if (leftMs > 0) {
      const left = daysText(Math.ceil(leftMs / DAY_MS));
      this.#observe({
        kind: 'note',
        text: `the certificate in ${path} ends in ${left}, at ${end}; renew the file in time`,
      });
    } else {
      const cause = `the certificate in ${path} ended at ${end}, so that it is trusted no more; renew the file`;
      this.#observe({ kind: 'fault', where: 'certificates', cause });
    }
  }
}
