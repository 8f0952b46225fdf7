/** The client's file system keeps the contract of all file systems, against our own server; older ones are `*.long.ts`. */
import { describeFileSystem } from './files.ts';
import { made, SKIPS } from './ftp-client-clients.ts';

describeFileSystem('a client of FTP', made({}), { skips: SKIPS });
