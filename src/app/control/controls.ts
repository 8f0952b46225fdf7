/** What can be asked of a running server, and sessions of several listeners as those of one. */
import { fullNameOf, type SessionInfo } from '../../observe/session-info.ts';
import type { BanInfo, ReloadResult } from './message.ts';

export interface Controls {
  who(): readonly SessionInfo[];
  /** By the name in the log, or the full one (`7@192.0.2.1:4000`). False: no session has it. */
  kick(session: string, reason: string): boolean;
  reload(): Promise<ReloadResult>;
  bans(): readonly BanInfo[];
  /** False: the address is not kept out. Throws a RangeError with a sentence for what is no address. */
  lift(address: string): boolean;
}

/** What is needed of a listener's server, whatever it speaks. */
export interface SessionHolder {
  sessions(): readonly SessionInfo[];
  kick(session: string, reason: string): boolean;
}

/** True when a name, plain or full, means this session. */
export const isCalled = (session: SessionInfo, name: string): boolean =>
  session.session === name || fullNameOf(session) === name;

/** `who` and `kick` over all listeners. A plain name that several sessions have kicks none: each needs its full name. */
export function sessionControls(holders: readonly SessionHolder[]): Pick<Controls, 'who' | 'kick'> {
  return {
    who: () => holders.flatMap((holder) => holder.sessions()),
    kick(name, reason) {
      const meant = holders.flatMap((holder) =>
        holder
          .sessions()
          .filter((session) => isCalled(session, name))
          .map(({ session }) => ({ holder, session })),
      );
      const [only] = meant;
      return meant.length === 1 && only !== undefined && only.holder.kick(only.session, reason);
    },
  };
}
