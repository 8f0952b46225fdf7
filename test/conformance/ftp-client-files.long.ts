/** The same contract with one connection only, and before a server without machine-readable listings. */
import { describeFileSystem } from './files.ts';
import { made, madeOld, OLD_SKIPS, ONE_CONNECTION_SKIPS } from './ftp-client-clients.ts';

describeFileSystem('a client with one connection', made({ limits: { connections: 1 } }), {
  skips: ONE_CONNECTION_SKIPS,
});
describeFileSystem('a client of a server without MLST', madeOld(['FEAT', 'MLST', 'MLSD']), { skips: OLD_SKIPS });
