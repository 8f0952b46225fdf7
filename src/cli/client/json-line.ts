/** Events and entries as lines of JSON that lose nothing: names that are no text come with their bytes. */
import { printableJson } from '../../base/escape.ts';
import { encodeName, holdsRawBytes } from '../../base/name.ts';
import type { Entry } from '../../files/file-system.ts';

/** Raised when a field changes its meaning. */
const VERSION = 1;

/** One line, safe for a terminal. */
export const jsonLine = (value: Readonly<Record<string, unknown>>): string =>
  `${printableJson(JSON.stringify({ v: VERSION, ...value }))}\n`;

const time = (ms: number | undefined): string | undefined =>
  ms === undefined || !Number.isFinite(ms) || ms === 0 ? undefined : new Date(ms).toISOString();

/** What is known of a name; `nameBytes` in hexadecimal where the name is not UTF-8. */
export function entryJson(entry: Entry, path: string): Readonly<Record<string, unknown>> {
  const { name, type, sizeBytes, modifiedMs, modifiedPrecision, mode, ownerId, groupId, linkTarget, uniqueId } = entry;
  return {
    path,
    name,
    ...(holdsRawBytes(name) ? { nameBytes: Buffer.from(encodeName(name)).toString('hex') } : {}),
    type,
    ...(type === 'file' ? { size: sizeBytes } : {}),
    modified: time(modifiedMs),
    modifiedPrecision,
    mode: mode === undefined ? undefined : mode.toString(8).padStart(4, '0'),
    ownerId,
    groupId,
    linkTarget,
    uniqueId,
  };
}
