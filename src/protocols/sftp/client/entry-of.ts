/** Between what SFTP tells of a file and what file systems know. */
import type { Attributes, Entry, EntryType } from '../../../files/file-system.ts';
import { FILE_KIND, type SftpAttributes } from '../wire/attributes.ts';

const TYPES: ReadonlyMap<number, EntryType> = new Map<number, EntryType>([
  [FILE_KIND.file, 'file'],
  [FILE_KIND.directory, 'directory'],
  [FILE_KIND.symlink, 'symlink'],
]);
/** The first letter of a line of `ls -l`. */
const LETTERS: ReadonlyMap<string, EntryType> = new Map<string, EntryType>([
  ['-', 'file'],
  ['d', 'directory'],
  ['l', 'symlink'],
]);
const PERMISSION_BITS = 0o7777;

function typeOf(mode: number | undefined, longName: string): EntryType {
  const kind = (mode ?? 0) & FILE_KIND.mask;
  if (kind !== 0) return TYPES.get(kind) ?? 'other';
  return LETTERS.get(longName.slice(0, 1)) ?? (longName === '' ? 'file' : 'other');
}

/** `longName` is looked at only where the attributes do not tell what kind of file it is. */
export function entryOf(name: string, attributes: SftpAttributes, longName = ''): Entry {
  const { sizeBytes, ownerId, groupId, mode, accessedSeconds, modifiedSeconds } = attributes;
  return {
    name,
    type: typeOf(mode, longName),
    sizeBytes: sizeBytes ?? 0,
    ...(sizeBytes === undefined && { sizeIs: 'unknown' as const }),
    modifiedMs: (modifiedSeconds ?? 0) * 1000,
    ...(modifiedSeconds !== undefined && { modifiedPrecision: 'second' as const }),
    ...(accessedSeconds !== undefined && { accessedMs: accessedSeconds * 1000 }),
    ...(mode !== undefined && { mode: mode & PERMISSION_BITS }),
    ...(ownerId !== undefined && { ownerId }),
    ...(groupId !== undefined && { groupId }),
  };
}

const seconds = (ms: number): number => Math.floor(ms / 1000);

/** Times and owners go in pairs: `standing` has what is not to change. */
export function attributesIn(wanted: Attributes, standing: Entry | undefined): SftpAttributes {
  const { sizeBytes, mode } = wanted;
  return {
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...(mode !== undefined && { mode: mode & PERMISSION_BITS }),
    ...timesIn(wanted, standing),
    ...ownersIn(wanted, standing),
  };
}

function timesIn({ modifiedMs, accessedMs }: Attributes, standing: Entry | undefined): SftpAttributes {
  if (modifiedMs === undefined && accessedMs === undefined) return {};
  const modified = modifiedMs ?? standing?.modifiedMs ?? 0;
  const accessed = accessedMs ?? standing?.accessedMs ?? modified;
  return { accessedSeconds: seconds(accessed), modifiedSeconds: seconds(modified) };
}

function ownersIn({ ownerId, groupId }: Attributes, standing: Entry | undefined): SftpAttributes {
  if (ownerId === undefined && groupId === undefined) return {};
  return { ownerId: ownerId ?? standing?.ownerId ?? 0, groupId: groupId ?? standing?.groupId ?? 0 };
}

/** Whether what stands there must be known before. */
export const needsStanding = ({ modifiedMs, accessedMs, ownerId, groupId }: Attributes): boolean =>
  (modifiedMs === undefined) !== (accessedMs === undefined) || (ownerId === undefined) !== (groupId === undefined);
