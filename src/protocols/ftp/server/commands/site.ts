/** What no RFC has but many clients use: SITE CHMOD, UTIME, SYMLINK (RFC 959 §4.1.3 leaves SITE to the server). */
import { resolvePath, type VirtualPath } from '../../../../base/virtual-path.ts';
import { FileError } from '../../../../files/error.ts';
import type { Attributes } from '../../../../files/file-system.ts';
import { reply } from '../../wire/reply.ts';
import { parseTimeValue } from '../../../../base/time-value.ts';
import { type ArgumentSyntax, command } from '../command.ts';
import type { Session } from '../session.ts';
import { MOST_MODE, setAttributes } from './facts.ts';

interface ModedPath {
  readonly mode: number;
  readonly path: VirtualPath;
}

const modedPath: ArgumentSyntax<ModedPath> = {
  usage: '<octal mode> <pathname>',
  parse(text, session) {
    const [, octal = '', name = ''] = /^ *([0-7]{1,4}) ([\s\S]+)$/.exec(text) ?? [];
    const path = name === '' ? undefined : resolvePath(session.workingDirectory, name);
    return path === undefined ? undefined : { mode: parseInt(octal, 8), path };
  },
};

const changeMode = command({
  verbs: ['SITE CHMOD'],
  summary: 'Set permission bits',
  source: 'usage of wu-ftpd and its successors',
  login: 'required',
  permission: 'set-attributes',
  duringTransfer: 'waits',
  argument: modedPath,
  async *run(session, { mode, path }) {
    if (mode > MOST_MODE) return yield reply(504, 'Permission bits up to 777 only.');
    await setAttributes(session, 'SITE CHMOD', path, { mode });
    yield reply(200, 'Mode set.');
  },
});

interface Times {
  readonly attributes: Attributes;
  readonly path: VirtualPath;
}

/** Minutes are enough in the short form: `YYYYMMDDhhmm`. */
const looseTime = (text: string): number | undefined => parseTimeValue(/^\d{12}$/.test(text) ? `${text}00` : text);

const LONG_FORM = /^ *(?<name>[\s\S]+) (?<access>\d{12,14}) (?<modification>\d{12,14}) \d{12,14} UTC$/i;
const SHORT_FORM = /^ *(?<modification>\d{12,14}) (?<name>[\s\S]+)$/;

/** Both forms in use: `UTIME <time> <pathname>` and `UTIME <pathname> <access> <modification> <creation> UTC`. */
const times: ArgumentSyntax<Times> = {
  usage: '<YYYYMMDDhhmm[ss]> <pathname>',
  parse(text, session) {
    const fields = (LONG_FORM.exec(text) ?? SHORT_FORM.exec(text))?.groups;
    if (fields === undefined) return undefined;
    const { name = '', modification = '', access = modification } = fields;
    const path = resolvePath(session.workingDirectory, name);
    const modifiedMs = looseTime(modification);
    const accessedMs = looseTime(access);
    if (path === undefined || modifiedMs === undefined || accessedMs === undefined) return undefined;
    return { path, attributes: { modifiedMs, accessedMs } };
  },
};

const changeTimes = command({
  verbs: ['SITE UTIME'],
  summary: 'Set the modification time (UTC)',
  source: 'usage of ProFTPD, Pure-FTPd and ncftp',
  login: 'required',
  permission: 'set-attributes',
  duringTransfer: 'waits',
  argument: times,
  async *run(session, { attributes, path }) {
    await setAttributes(session, 'SITE UTIME', path, attributes);
    yield reply(200, 'Time set.');
  },
});

interface LinkWish {
  readonly target: string;
  readonly path: VirtualPath;
}

/** FTP has no quoting, so neither name may hold a space here. */
const linkWish: ArgumentSyntax<LinkWish> = {
  usage: '<target> <link name>',
  parse(text, session) {
    const [, target = '', name = ''] = /^ *(\S+) (\S+)$/.exec(text) ?? [];
    const path = name === '' ? undefined : resolvePath(session.workingDirectory, name);
    return path === undefined ? undefined : { target, path };
  },
};

async function makeLink(session: Session, { target, path }: LinkWish): Promise<void> {
  if (session.files.links === undefined) throw new FileError('unsupported', path);
  await session.files.links.make(target, path);
  session.changed('SITE SYMLINK', path, `to ${target}`);
}

const makeSymlink = command({
  verbs: ['SITE SYMLINK'],
  summary: 'Make a symbolic link',
  source: 'usage of ProFTPD',
  login: 'required',
  permission: 'write',
  duringTransfer: 'waits',
  argument: linkWish,
  async *run(session, wish) {
    await makeLink(session, wish);
    yield reply(200, 'Link made.');
  },
});

export const SITE = [changeMode, changeTimes, makeSymlink];
