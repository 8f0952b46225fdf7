/** tnftp, NetBSD's ftp, against our FTP server. */
import { ftpShell } from '../support/ftp-shell.ts';
import { interop } from '../support/interop.ts';

interop({
  ...ftpShell('tnftp', ({ mode }) => [mode === 'active' ? '-A' : '-p']),
  families: [4, 6],
  modes: ['passive', 'active'],
});
