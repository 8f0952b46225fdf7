/** What the end of a transfer means to whoever asked for it: one row per error code, and the silence. */
import { authority } from '../../../base/authority.ts';
import { printable } from '../../../base/escape.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../../files/error.ts';
import type { Ending, Refusal } from '../channel/ending.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import type { Remote } from './remote.ts';

const BY_CODE: ReadonlyMap<number, FileErrorKind> = new Map<number, FileErrorKind>([
  [ERROR_CODE.notFound, 'not-found'],
  [ERROR_CODE.accessViolation, 'denied'],
  [ERROR_CODE.diskFull, 'full'],
  [ERROR_CODE.illegalOperation, 'protocol'],
  [ERROR_CODE.unknownTransfer, 'connection-lost'],
  [ERROR_CODE.exists, 'exists'],
  [ERROR_CODE.noSuchUser, 'denied'],
  [ERROR_CODE.optionRefused, 'protocol'],
]);

/** Servers say with code 0 what has a code of its own; the text tells (RFC 1350 §5: `see error message`). */
const BY_TEXT: readonly (readonly [RegExp, FileErrorKind])[] = [
  [/not found|no such|does not exist/i, 'not-found'],
  [/denied|permission|access|not allowed|forbidden/i, 'denied'],
  [/already exists/i, 'exists'],
  [/no space|disk full|quota|too (large|big)/i, 'full'],
  [/is a directory|directory/i, 'is-directory'],
  [/busy|try again/i, 'busy'],
];

function kindOf(code: number, message: string): FileErrorKind {
  return BY_CODE.get(code) ?? BY_TEXT.find(([pattern]) => pattern.test(message))?.[1] ?? 'io';
}

const LAST_BLOCK_OF_A_CYCLE = 65_535;

/** A server that does not count beyond 65535 falls silent there, and nothing else tells why. */
function silenceAfter(bytes: number, blockBytes: number): string {
  const blocks = Math.floor(bytes / blockBytes);
  const isCycle = blocks === LAST_BLOCK_OF_A_CYCLE || blocks === LAST_BLOCK_OF_A_CYCLE - 1;
  const hint = isCycle ? '; it cannot count further, so ask for larger blocks (--blksize)' : '';
  return `the server fell silent after ${bytes} bytes${hint}`;
}

/** What a transfer suffered; `undefined` when it is complete. */
export function failureOf(
  remote: Remote,
  path: VirtualPath,
  { ending, bytes, blockBytes }: { readonly ending: Ending; readonly bytes: number; readonly blockBytes: number },
): FileError | undefined {
  switch (ending.kind) {
    case 'complete':
      if (ending.confirmation === 'confirmed') return undefined;
      return new FileError('timed-out', path, {
        detail: 'all was sent, and the server has not confirmed the end of it',
      });
    case 'silent':
      if (remote.hasAnswered) return new FileError('timed-out', path, { detail: silenceAfter(bytes, blockBytes) });
      return new FileError('unreachable', path, {
        detail: `${authority(remote.host, remote.port)} does not answer: is a TFTP server there, and does every firewall let UDP through?`,
        again: 'pointless',
      });
    case 'refused': {
      const { code, message } = ending;
      const reply = `ERROR ${code} ${message}`.trim();
      const detail = `the server refuses: “${printable(reply).slice(0, 300)}”`;
      return new FileError(kindOf(code, message), path, { detail, reply });
    }
    case 'broken':
      return new FileError('protocol', path, { detail: ending.why });
    case 'aborted':
      return new FileError('interrupted', path, { detail: ending.why });
    case 'failed':
      return ending.error instanceof FileError ? ending.error : new FileError('io', path, { cause: ending.error });
  }
}

/** What the server is told when something fails here. */
export const refusalHere = (error: unknown): Refusal => {
  const isFull = error instanceof FileError && (error.kind === 'full' || error.kind === 'quota');
  return isFull
    ? { code: ERROR_CODE.diskFull, message: 'Disk full' }
    : { code: ERROR_CODE.undefined, message: 'The client cannot go on' };
};

/** Refusals that options may have caused (RFC 2347): the same is asked once more without them. */
export const mayBeForOptions = (ending: Ending): boolean =>
  ending.kind === 'refused' &&
  (ending.code === ERROR_CODE.optionRefused ||
    ending.code === ERROR_CODE.illegalOperation ||
    (ending.code === ERROR_CODE.undefined && kindOf(ending.code, ending.message) === 'io'));
