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
}

/** What turned out while the server was used. */
export interface Habits {
  /** `LIST -a` shows hidden names on many servers, and is taken for a name on others. */
  listAll: 'untried' | 'works' | 'useless';
}

export const has = ({ server }: Remote, feature: string): boolean => server.features.has(feature);

/** The failure that a refusal is, before anybody has looked what stands there. */
export const refusedAt = (path: VirtualPath, reply: FtpReply): FileError =>
  new FileError(kindOfReply(reply), path, {
    detail: `the server refuses: ${shownReply(reply)}`,
    reply: replyText(reply),
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
