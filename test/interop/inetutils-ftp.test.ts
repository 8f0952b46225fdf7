/** GNU inetutils' ftp against our FTP server. */
import { ftpShell } from '../support/ftp-shell.ts';
import { interop } from '../support/interop.ts';

interop({
  ...ftpShell('inetutils-ftp', ({ mode }) => [mode === 'active' ? '--active' : '--passive']),
  families: [4, 6],
  modes: ['passive', 'active'],
});
