/** How files and volumes are listed: `dir`, `show flash:`, `show file systems`. */
import type { Entry } from '../../files/index.ts';
import { fileTimeText } from './time.ts';
import type { Volume } from '../state/volumes.ts';

const permissions = ({ type }: Entry): string => (type === 'directory' ? 'drwx' : '-rw-');

/** One line of `dir`. */
export const dirLine = (entry: Entry, index: number): string => {
  const size = entry.type === 'directory' ? 0 : entry.sizeBytes;
  return `${String(index).padStart(5)}  ${permissions(entry)}  ${String(size).padStart(11)}  ${fileTimeText(entry.modifiedMs)}  ${entry.name}`;
};

export const totalsLine = (volume: Volume, freeBytes: number): string =>
  `${volume.facts.bytes} bytes total (${freeBytes} bytes free)`;

/** A file with its path from the root of its volume. */
export interface FoundFile {
  readonly path: string;
  readonly entry: Entry;
}

/** `show flash:` of routers: numbered, with lengths first. */
export function showFlashDisk(files: readonly FoundFile[], volume: Volume, freeBytes: number): string {
  const lines = files.map(
    ({ path, entry }, index) =>
      `${String(index + 1).padStart(3)} ${String(entry.type === 'directory' ? 0 : entry.sizeBytes).padStart(12)} ${fileTimeText(entry.modifiedMs)} ${path}`,
  );
  const used = volume.facts.bytes - freeBytes;
  return `-#- --length-- -----date/time------ path\n${lines.join('\n')}\n\n${freeBytes} bytes available (${used} bytes used)\n`;
}

/** `show flash:` of class B flash. */
export function showFlashClassB(
  files: readonly FoundFile[],
  deleted: readonly FoundFile[],
  { volume, freeBytes }: { readonly volume: Volume; readonly freeBytes: number },
): string {
  const all = [
    ...files.map(({ path, entry }) => ({ name: path, entry, mark: '' })),
    ...deleted.map(({ path, entry }) => ({ name: path, entry, mark: ' [deleted]' })),
  ];
  const lines = all.map(
    ({ name, entry, mark }, index) =>
      `${String(index + 1).padStart(3)} ${String(entry.sizeBytes).padStart(9)}  ${name}${mark}`,
  );
  const { bytes } = volume.facts;
  const used = bytes - freeBytes;
  const kib = Math.floor(bytes / 1024);
  return [
    '',
    'System flash directory:',
    'File  Length   Name/status',
    ...lines,
    `[${used} bytes used, ${freeBytes} available, ${bytes} total]`,
    `${kib}K bytes of processor board System flash (Read/Write)`,
    '',
  ].join('\n');
}

export interface FileSystemRow {
  readonly volume: Volume;
  readonly freeBytes: number;
  readonly isDefault: boolean;
}

/** `show file systems`. */
export function fileSystemsText(rows: readonly FileSystemRow[], schemes: readonly string[]): string {
  const head = ['File Systems:', '', '       Size(b)       Free(b)      Type  Flags  Prefixes'];
  const row = (size: string, free: string, rest: readonly [string, string, string], mark: string): string =>
    `${mark}${size.padStart(13)} ${free.padStart(13)} ${rest[0].padStart(9)} ${rest[1].padStart(6)}   ${rest[2]}`;
  const opaque = ['system:', 'tmpsys:'].map((name) => row('-', '-', ['opaque', 'rw', name], ' '));
  const volumes = rows.map(({ volume: { facts }, freeBytes, isDefault }) =>
    row(
      String(facts.bytes),
      String(freeBytes),
      [facts.type, 'rw', [facts.name, ...facts.aliases].join(' ')],
      isDefault ? '*' : ' ',
    ),
  );
  const remote = schemes.map((scheme) => row('-', '-', ['network', 'rw', `${scheme}:`], ' '));
  return [...head, ...opaque, ...volumes, ...remote, ''].join('\n');
}
