/** The same contract with one connection only, before a server without machine-readable listings, and one of RFC 959 only. */
import { describeFileSystem } from './files.ts';
import { made, madeOld, NEWER_VERBS, OLD_SKIPS, OLDEST_SKIPS, ONE_CONNECTION_SKIPS } from './ftp-client-clients.ts';

describeFileSystem('a client with one connection', made({ limits: { connections: 1 } }), {
  skips: ONE_CONNECTION_SKIPS,
});
describeFileSystem('a client of a server without MLST', madeOld(['FEAT', 'MLST', 'MLSD']), { skips: OLD_SKIPS });
describeFileSystem('a client of a server of 1985', madeOld(NEWER_VERBS), { skips: OLDEST_SKIPS });
