/** Someone outside who is asked or told about uploads, and the hook that the file systems know, made of such. */
import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { UploadHook, UploadNotice } from '../../files/wrap/announced.ts';

/** A web server or a program. Whether it is asked or told is for the rule that names it to say. */
export interface Receiver {
  /** Whether an upload may be published. Never rejects: who is down or late has refused, and the log is told. */
  decides(notice: UploadNotice): Promise<boolean>;
  /** Never throws and never waits. */
  told(notice: UploadNotice): void;
  /** Sends what waits for at most `graceMs`; what is left then is counted on the log. */
  close(graceMs: number): Promise<void>;
}

export interface UploadRules {
  /** All of them must agree; they are asked one after another. */
  readonly decide: readonly Pick<Receiver, 'decides'>[];
  readonly tell: readonly Pick<Receiver, 'told'>[];
  readonly clock: Clock;
}

/** One hook for all file systems of a server, so that its notices are numbered through. */
export function uploadHook({ decide, tell, clock }: UploadRules): UploadHook {
  let sequence = 0;
  const decides = async (notice: UploadNotice): Promise<boolean> => {
    for (const receiver of decide) if (!(await receiver.decides(notice))) return false;
    return true;
  };
  return {
    ...(decide.length === 0 ? {} : { decides }),
    told(notice) {
      for (const receiver of tell) receiver.told(notice);
    },
    stamp: () => ({ sequence: (sequence += 1), time: new Date(clock.now()).toISOString() }),
    digest: () => {
      const hash = createHash('sha256');
      return { update: (bytes) => void hash.update(bytes), end: () => hash.digest('hex') };
    },
  };
}
