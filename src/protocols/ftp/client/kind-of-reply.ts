/** What a refusal of the server means: by its words where they are plain, otherwise by its code. */
import type { FileErrorKind } from '../../../files/error.ts';
import type { FtpReply } from './session.ts';

interface Meaning {
  /** Codes it may stand behind. */
  readonly codes: RegExp;
  readonly words: RegExp;
  readonly kind: FileErrorKind;
}

/** A reply is bounded already; what it is about stands near its beginning. */
const JUDGED_CHARACTERS = 2_000;

/**
 * 550 says everything (RFC 959 §5.4), so servers say the rest in words. The first row that fits wins: the wordings of
 * vsftpd, ProFTPD, Pure-FTPd, pyftpdlib, IIS, FileZilla Server, and of `strerror` behind many of them.
 */
const MEANINGS: readonly Meaning[] = [
  {
    codes: /^(421|4[35]\d|530)$/,
    words: /too many|maximum|connection limit|max\w* (?:number|clients|connections|users)|no more/i,
    kind: 'too-many-connections',
  },
  { codes: /^[45]/, words: /quota|allocation exceeded/i, kind: 'quota' },
  { codes: /^[45]/, words: /no space|disk (?:is )?full|not enough space|insufficient (?:disk )?space/i, kind: 'full' },
  { codes: /^[45]/, words: /read-?only/i, kind: 'read-only' },
  { codes: /^[45]/, words: /not empty|is not an empty/i, kind: 'not-empty' },
  { codes: /^[45]/, words: /not a directory|is not a folder|not a valid directory/i, kind: 'not-directory' },
  { codes: /^[45]/, words: /not a (?:regular|plain) file|not regular/i, kind: 'not-regular' },
  { codes: /^[45]/, words: /is a directory|is a folder/i, kind: 'is-directory' },
  { codes: /^[45]/, words: /too many (?:levels of )?(?:symbolic )?links|link loop/i, kind: 'too-many-links' },
  { codes: /^[45]/, words: /name too long|illegal (?:file )?name|invalid (?:file )?name/i, kind: 'bad-name' },
  { codes: /^[45]/, words: /cross-device|another file system/i, kind: 'cross-device' },
  { codes: /^[45]/, words: /already exists|file exists|name is taken/i, kind: 'exists' },
  {
    codes: /^[45]/,
    words:
      /permission denied|access (?:is )?denied|not permitted|forbidden|prohibited|not authori[sz]ed|no permission/i,
    kind: 'denied',
  },
  {
    codes: /^[45]/,
    words: /no such|not found|cannot find|can't find|doesn't exist|does not exist|not exist/i,
    kind: 'not-found',
  },
  { codes: /^[45]/, words: /being used|in use|locked|file (?:is )?busy|try again/i, kind: 'busy' },
];

/** RFC 959 §4.2.2, RFC 2228, RFC 3659 §5.1 (554): what a code means when the words say nothing that is known. */
const BY_CODE: ReadonlyMap<number, FileErrorKind> = new Map<number, FileErrorKind>([
  [421, 'connection-lost'],
  [425, 'unreachable'],
  [426, 'connection-lost'],
  [430, 'login-refused'],
  [450, 'busy'],
  [451, 'io'],
  [452, 'full'],
  [500, 'unsupported'],
  [501, 'bad-name'],
  [502, 'unsupported'],
  [503, 'protocol'],
  [504, 'unsupported'],
  [521, 'not-trusted'],
  [522, 'not-trusted'],
  [530, 'denied'],
  [532, 'denied'],
  [533, 'denied'],
  [534, 'not-trusted'],
  [535, 'not-trusted'],
  [536, 'not-trusted'],
  [550, 'not-found'],
  [551, 'io'],
  [552, 'full'],
  [553, 'bad-name'],
  [554, 'bad-offset'],
]);

const textOf = ({ lines }: FtpReply): string => lines.join(' ').slice(0, JUDGED_CHARACTERS);

const meaningOf = (reply: FtpReply): Meaning | undefined => {
  const text = textOf(reply);
  return MEANINGS.find(({ codes, words }) => codes.test(String(reply.code)) && words.test(text));
};

/** The kind of failure that a reply of the fourth or fifth kind is; a guess where the reply is vague. Never throws. */
export const kindOfReply = (reply: FtpReply): FileErrorKind =>
  meaningOf(reply)?.kind ?? BY_CODE.get(reply.code) ?? 'io';

/** The same, and `undefined` where only the words could tell and do not: a look at the place must tell. */
export const plainKindOfReply = (reply: FtpReply): FileErrorKind | undefined =>
  meaningOf(reply)?.kind ?? ([550, 553, 501, 451].includes(reply.code) ? undefined : BY_CODE.get(reply.code));

/** The server does not know the command, or not with this parameter (RFC 959 §4.2.2). */
export const isUnknownCommand = ({ code }: FtpReply): boolean =>
  code === 500 || code === 502 || code === 504 || code === 202;
