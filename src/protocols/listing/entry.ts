/** What the printers of listings need to know of one name. */

/** A part of the file system's entry, so that printing needs no file system. Times in milliseconds since 1970 (UTC). */
export interface ListedEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly createdMs?: number;
  readonly mode?: number;
  readonly ownerId?: number;
  readonly groupId?: number;
  readonly linkCount?: number;
  readonly linkTarget?: string;
  readonly uniqueId?: string;
}

/** A count that can be printed in digits, whatever number it was. */
export const shownCount = (count: number): string =>
  count >= 0 ? String(Math.min(Math.floor(count), Number.MAX_SAFE_INTEGER)) : '0';

/** Permission bits; what a place without modes would have if it had them. */
export const shownMode = ({ mode, type }: ListedEntry): number =>
  mode ?? (type === 'directory' ? 0o755 : type === 'symlink' ? 0o777 : 0o644);
