/** What the calls of a file system over FTP share: the pool, the way to name places, and what is known of the server. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { replyText, shownReply } from './failure.ts';
import { kindOfReply } from './kind-of-reply.ts';
import type { ServerPaths } from './paths.ts';
import type { SessionPool } from './pool.ts';
import type { FtpReply, ServerFeatures } from './session.ts';
import type { SessionSettings } from './settings.ts';

export interface Remote {
  readonly pool: SessionPool;
  readonly paths: ServerPaths;
  readonly server: ServerFeatures;
  readonly settings: SessionSettings;
  readonly uploads: 'temporary' | 'direct';
  readonly habits: Habits;
  /** Where uploads of this client write now: no two write into one part. */
  readonly uploading: Set<VirtualPath>;
}

/** Commands that set the time of a file; `UTIME` stands behind SITE, in two forms. */
export type TimeCommand = 'MFMT' | 'MDTM' | 'UTIME' | 'long UTIME';

/** What turned out while the server was used. */
export interface Habits {
  mlst: 'offered' | 'useless';
  mlsd: 'offered' | 'useless';
  /** `LIST -a` shows hidden names on many servers, and is taken for a name on others. */
  listAll: 'untried' | 'works' | 'useless';
  /** Whether SIZE tells files from all else: some servers do not know it, and some have one for directories too. */
  size: 'untried' | 'of-files' | 'useless';
  /** Those that may set a time, in the order in which they are tried. */
  times: readonly TimeCommand[];
}

/** What FEAT promises of it; MLSD comes with MLST (RFC 3659 §7.8). */
export function firstHabits({ features }: ServerFeatures): Habits {
  const mlst = features.has('MLST') || features.has('MLSD') ? 'offered' : 'useless';
  const times: readonly TimeCommand[] = features.has('MFMT') ? ['MFMT'] : ['MFMT', 'MDTM', 'UTIME', 'long UTIME'];
  return { mlst, mlsd: mlst, listAll: 'untried', size: 'untried', times };
}

export const has = ({ server }: Remote, feature: string): boolean => server.features.has(feature);

/** The failure that a refusal is, before anybody has looked what stands there. */
export const refusedAt = (path: VirtualPath, reply: FtpReply): FileError =>
  new FileError(kindOfReply(reply), path, {
    detail: `the server refuses: ${shownReply(reply)}`,
    reply: replyText(reply),
  });

/** The reply that a refused transfer carries; a bare 550 for a failure without one. */
export const replyOf = ({ reply = '550' }: FileError): FtpReply => ({
  code: Number(reply.slice(0, 3)),
  lines: [reply.slice(4)],
});

/** The same failure, with the path that the call was about. */
export function at(path: VirtualPath, error: unknown): unknown {
  if (!(error instanceof FileError) || error.path !== '/') return error;
  const { kind, detail, reply, cause } = error;
  return new FileError(kind, path, {
    cause,
    ...(detail === undefined ? {} : { detail }),
    ...(reply === undefined ? {} : { reply }),
  });
}
