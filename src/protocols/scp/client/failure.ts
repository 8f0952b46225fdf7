/** What a server's message means to whoever asked: one table over the texts that servers are known to send. */
import { printable } from '../../../base/escape.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';

/** The first that fits. Texts of OpenSSH (strerror), dropbear, Cisco IOS and this project's own server. */
const BY_TEXT: readonly (readonly [RegExp, FileErrorKind])[] = [
  [/options? not supported|unknown option|invalid option|illegal option/i, 'unsupported'],
  [/privilege denied|permission denied|access denied|operation not permitted|not allowed|unauthori[sz]ed/i, 'denied'],
  [/no space left|disk full|not enough (space|memory)|insufficient (space|memory)|no memory/i, 'full'],
  [/quota/i, 'quota'],
  [/read-only/i, 'read-only'],
  [/not a regular file/i, 'not-regular'],
  [/is a directory/i, 'is-directory'],
  [/not a directory/i, 'not-directory'],
  [/too many levels of symbolic links/i, 'too-many-links'],
  [/no such file|file not found|does not exist|undefined file|invalid (file|path|device)/i, 'not-found'],
  [/file exists|already exists/i, 'exists'],
  [/name too long|unexpected filename|bad (file ?)?name|not allowed here|ambiguous target/i, 'bad-name'],
  [/too many|try again|busy/i, 'busy'],
  [/timed? ?out/i, 'timed-out'],
  [/protocol error/i, 'protocol'],
];

/** What a shell, or a device, says where scp is not to be had at all. */
const NO_SCP =
  /scp: (command )?not found|not found: scp|unknown command|not recognized|administratively|no such program/i;

const SHOWN = 300;

const kindOf = (text: string): FileErrorKind => BY_TEXT.find(([pattern]) => pattern.test(text))?.[1] ?? 'io';

/** The server refuses in its own words. */
export function refusedBy(path: VirtualPath, reply: string): FileError {
  const shown = printable(reply.trim()).slice(0, SHOWN);
  return new FileError(kindOf(reply), path, { detail: `the server refuses: “${shown}”`, reply });
}

/** What came is not SCP: a greeting of a login script, or a shell that knows no scp. */
export function notScp(path: VirtualPath, said: string, status: number | undefined): FileError {
  const shown = printable(said.trim()).slice(0, SHOWN);
  // IOS says this in place of an answer to a login of too low a privilege level.
  if (/^\W*privilege denied/i.test(said.trim())) return refusedBy(path, said);
  const words = shown === '' ? '' : `: “${shown}”`;
  if (status === 127 || NO_SCP.test(said))
    return new FileError('unsupported', path, {
      detail: `the server has no scp${words}; try sftp:// instead`,
      reply: said,
    });
  return new FileError('protocol', path, {
    detail: `the server answers with something that is not SCP${words}; its login scripts must print nothing`,
    reply: said,
  });
}
