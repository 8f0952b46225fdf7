/** All servers that others wrote, in the order in which tests name them. */
import type { Peer } from './peer.ts';
import { proftpd } from './proftpd.ts';
import { pureFtpd } from './pure-ftpd.ts';
import { pyftpdlib } from './pyftpdlib.ts';
import { vsftpd } from './vsftpd.ts';

export const PEERS: readonly Peer[] = [vsftpd, proftpd, pureFtpd, pyftpdlib];
