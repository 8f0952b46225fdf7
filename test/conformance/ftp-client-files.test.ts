/** The client's file system keeps the contract of all file systems, against our own server and one that knows RFC 959 only. */
import { describeFileSystem } from './files.ts';
import { made, madeOld, NEWER_VERBS, OLDEST_SKIPS, SKIPS } from './ftp-client-clients.ts';

describeFileSystem('a client of FTP', made({}), { skips: SKIPS });
describeFileSystem('a client of a server of 1985', madeOld(NEWER_VERBS), { skips: OLDEST_SKIPS });
