/** Headers of POSIX ustar archives (IEEE Std 1003.1, pax, "ustar Interchange Format"): 512 bytes before each file. */

export const TAR_BLOCK_BYTES = 512;

export interface TarEntry {
  /** With `/` between its parts, none before the first and none behind the last. */
  readonly path: string;
  readonly kind: 'file' | 'directory';
  /** Of its content. */
  readonly sizeBytes: number;
}

/** What was read of a header: an entry, the zeros at the end, or what is wrong with it. */
export type TarHeader =
  | { readonly is: 'entry'; readonly entry: TarEntry }
  | { readonly is: 'end' }
  | { readonly is: 'damaged' | 'unsafe'; readonly reason: string };

const MAGIC_OFFSET = 257;
const CHECKSUM_OFFSET = 148;
const CHECKSUM_BYTES = 8;
const MAX_NAME_BYTES = 100;
const MAX_PREFIX_BYTES = 155;
/** 11 octal digits. */
const MAX_TAR_BYTES = 0o77777777777;

/** Whether a file that begins so is a tar archive of the POSIX form (GNU's is near enough). */
export const isTar = (head: Buffer): boolean => head.toString('latin1', MAGIC_OFFSET, MAGIC_OFFSET + 5) === 'ustar';

/** Bytes of zeros behind a content, up to the next block. */
export const paddingOf = (sizeBytes: number): number =>
  (TAR_BLOCK_BYTES - (sizeBytes % TAR_BLOCK_BYTES)) % TAR_BLOCK_BYTES;

const checksumOf = (header: Buffer): number =>
  header.reduce((sum, byte) => sum + byte, 0) -
  header.subarray(CHECKSUM_OFFSET, CHECKSUM_OFFSET + CHECKSUM_BYTES).reduce((sum, byte) => sum + byte - 0x20, 0);

/** The text up to the first NUL; what is beyond ASCII stays as bytes. */
function textAt(header: Buffer, offset: number, bytes: number): string {
  const text = header.toString('latin1', offset, offset + bytes);
  const end = text.indexOf('\0');
  return end < 0 ? text : text.slice(0, end);
}

function octalAt(header: Buffer, offset: number, bytes: number): number | undefined {
  const digits = textAt(header, offset, bytes).trim();
  return /^[0-7]{1,12}$/.test(digits) ? Number.parseInt(digits, 8) : undefined;
}

/** A path that stays where it is unpacked: no root, no `..`, no empty part, no character that a device would choke on. */
const isSafe = (path: string): boolean =>
  /^[\x21-\x5b\x5d-\x7e ]+$/.test(path) &&
  !path.includes(':') &&
  path.split('/').every((part) => part !== '' && part !== '.' && part !== '..');

/** The path, in two pieces where it is long; throws a `RangeError` when it cannot be written. */
function pieces(path: string): readonly [name: string, prefix: string] {
  if (!isSafe(path.replace(/\/$/, ''))) throw new RangeError(`${path} is no name for an entry of an archive`);
  if (path.length <= MAX_NAME_BYTES) return [path, ''];
  const cut = path.indexOf('/', path.length - MAX_NAME_BYTES - 1);
  if (cut < 0 || cut > MAX_PREFIX_BYTES) throw new RangeError(`${path} is too long for an archive`);
  return [path.slice(cut + 1), path.slice(0, cut)];
}

/** The 512 bytes before an entry. Throws a `RangeError` for names and sizes that the format cannot hold. */
export function writeTarHeader({ path, kind, sizeBytes }: TarEntry, modifiedSeconds: number): Buffer {
  if (sizeBytes > MAX_TAR_BYTES) throw new RangeError(`${path} is too large for an archive`);
  const header = Buffer.alloc(TAR_BLOCK_BYTES);
  const [name, prefix] = pieces(kind === 'directory' ? `${path}/` : path);
  const octal = (value: number, offset: number, bytes: number): number =>
    header.write(`${value.toString(8).padStart(bytes - 1, '0')}\0`, offset, 'latin1');
  header.write(name, 0, 'latin1');
  octal(kind === 'file' ? 0o644 : 0o755, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(sizeBytes, 124, 12);
  octal(modifiedSeconds, 136, 12);
  header.write(kind === 'file' ? '0' : '5', 156, 'latin1');
  header.write('ustar\x0000', MAGIC_OFFSET, 'latin1');
  header.write(prefix, 345, 'latin1');
  header.write(`${checksumOf(header).toString(8).padStart(6, '0')}\0 `, CHECKSUM_OFFSET, 'latin1');
  return header;
}

const KINDS: ReadonlyMap<string, TarEntry['kind']> = new Map([
  ['0', 'file'],
  ['\0', 'file'],
  ['7', 'file'],
  ['5', 'directory'],
]);

/** Reads 512 bytes. Never throws. */
export function readTarHeader(header: Buffer): TarHeader {
  if (header.every((byte) => byte === 0)) return { is: 'end' };
  if (octalAt(header, CHECKSUM_OFFSET, CHECKSUM_BYTES) !== checksumOf(header))
    return { is: 'damaged', reason: 'the checksum of a header is wrong' };
  const [prefix, name] = [
    isTar(header) ? textAt(header, 345, MAX_PREFIX_BYTES) : '',
    textAt(header, 0, MAX_NAME_BYTES),
  ];
  const path = `${prefix === '' ? '' : `${prefix}/`}${name}`.replace(/^\.\//, '').replace(/\/$/, '');
  if (!isSafe(path)) return { is: 'unsafe', reason: 'an entry has a name that leads elsewhere' };
  const kind = KINDS.get(header.toString('latin1', 156, 157));
  if (kind === undefined) return { is: 'unsafe', reason: 'an entry is neither a file nor a directory' };
  const sizeBytes = kind === 'directory' ? 0 : octalAt(header, 124, 12);
  if (sizeBytes === undefined) return { is: 'damaged', reason: 'the size of an entry is no number' };
  return { is: 'entry', entry: { path, kind, sizeBytes } };
}
