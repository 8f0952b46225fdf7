/** What a parser read of a name, as an entry of a file system. */
import type { Entry } from '../../../files/file-system.ts';
import type { ParsedEntry } from '../../listing/parsed.ts';

const NUMBER = /^\d{1,15}$/;
const idOf = (text: string | undefined): number | undefined =>
  text !== undefined && NUMBER.test(text) ? Number(text) : undefined;

/** What a format does not tell is left out; a size that it tells roughly stands for it, and one that it does not, or a time, is 0. */
export function entryOf(parsed: ParsedEntry): Entry {
  const {
    name,
    type,
    sizeBytes = parsed.roughSizeBytes ?? 0,
    modifiedMs = 0,
    createdMs,
    modifiedPrecision,
    mode,
    linkCount,
    linkTarget,
    uniqueId,
  } = parsed;
  const ownerId = idOf(parsed.owner);
  const groupId = idOf(parsed.group);
  return {
    name,
    type,
    sizeBytes,
    modifiedMs,
    ...(modifiedPrecision === undefined ? {} : { modifiedPrecision }),
    ...(createdMs === undefined ? {} : { createdMs }),
    ...(mode === undefined ? {} : { mode }),
    ...(ownerId === undefined ? {} : { ownerId }),
    ...(groupId === undefined ? {} : { groupId }),
    ...(linkCount === undefined ? {} : { linkCount }),
    ...(linkTarget === undefined ? {} : { linkTarget }),
    ...(uniqueId === undefined ? {} : { uniqueId }),
  };
}
