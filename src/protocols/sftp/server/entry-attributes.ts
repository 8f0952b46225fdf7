/** Between what file systems know of a name and what SFTP tells of it. */
import type { Attributes, Entry } from '../../../files/file-system.ts';
import { shownMode } from '../../listing/entry.ts';
import { FILE_KIND, type SftpAttributes } from '../wire/attributes.ts';

/** What is no file, directory or link is shown as a FIFO: clients pass over it, as they should. */
const KINDS = {
  file: FILE_KIND.file,
  directory: FILE_KIND.directory,
  symlink: FILE_KIND.symlink,
  other: FILE_KIND.fifo,
} as const;

const seconds = (ms: number): number => Math.floor(ms / 1000);

export const attributesOf = (entry: Entry): SftpAttributes => ({
  sizeBytes: entry.sizeBytes,
  ...(entry.ownerId !== undefined && entry.groupId !== undefined
    ? { ownerId: entry.ownerId, groupId: entry.groupId }
    : {}),
  mode: KINDS[entry.type] | shownMode(entry),
  accessedSeconds: seconds(entry.accessedMs ?? entry.modifiedMs),
  modifiedSeconds: seconds(entry.modifiedMs),
});

const PERMISSION_BITS = 0o7777;

/** What a client wants changed; nothing where it named nothing. */
export const changesIn = (wanted: SftpAttributes): Attributes => ({
  ...(wanted.sizeBytes !== undefined && { sizeBytes: wanted.sizeBytes }),
  ...(wanted.ownerId !== undefined && { ownerId: wanted.ownerId }),
  ...(wanted.groupId !== undefined && { groupId: wanted.groupId }),
  ...(wanted.mode !== undefined && { mode: wanted.mode & PERMISSION_BITS }),
  ...(wanted.accessedSeconds !== undefined && { accessedMs: wanted.accessedSeconds * 1000 }),
  ...(wanted.modifiedSeconds !== undefined && { modifiedMs: wanted.modifiedSeconds * 1000 }),
});
