/** What SFTP tells of a file (draft-ietf-secsh-filexfer-02 §5): ATTRS, each field there or not. */
import type { FieldReader } from './field-reader.ts';
import { MalformedPacketError } from './field-reader.ts';
import type { PacketWriter } from './packet-writer.ts';

export interface SftpAttributes {
  readonly sizeBytes?: number;
  readonly ownerId?: number;
  readonly groupId?: number;
  /** As `st_mode` of POSIX: the kind of file in the upper bits, permissions in the lower twelve. */
  readonly mode?: number;
  /** Whole seconds since 1970; both times are there or neither. */
  readonly accessedSeconds?: number;
  readonly modifiedSeconds?: number;
}

const FLAG = { size: 1, owner: 2, permissions: 4, times: 8, extended: 0x8000_0000 } as const;
/** A peer that announces more is not understood. */
const MAX_EXTENDED = 1024;

/** `S_IFMT` and its values, which the draft takes from POSIX. */
export const FILE_KIND = {
  mask: 0o170000,
  fifo: 0o010000,
  character: 0o020000,
  directory: 0o040000,
  block: 0o060000,
  file: 0o100000,
  symlink: 0o120000,
  socket: 0o140000,
} as const;

const LARGEST_SECONDS = 2 ** 32 - 1;
const inRange = (seconds: number): number => Math.min(Math.max(0, Math.floor(seconds)), LARGEST_SECONDS);

/** Times before 1970 and after 2106 become the nearest that version 3 can tell. */
export function writeAttributes(packet: PacketWriter, attributes: SftpAttributes): void {
  const { sizeBytes, ownerId, groupId, mode, accessedSeconds, modifiedSeconds } = attributes;
  const hasOwner = ownerId !== undefined && groupId !== undefined;
  const hasTimes = accessedSeconds !== undefined && modifiedSeconds !== undefined;
  packet.uint32(
    (sizeBytes === undefined ? 0 : FLAG.size) |
      (hasOwner ? FLAG.owner : 0) |
      (mode === undefined ? 0 : FLAG.permissions) |
      (hasTimes ? FLAG.times : 0),
  );
  if (sizeBytes !== undefined) packet.uint64(sizeBytes);
  if (hasOwner) packet.uint32(ownerId).uint32(groupId);
  if (mode !== undefined) packet.uint32(mode);
  if (hasTimes) packet.uint32(inRange(accessedSeconds)).uint32(inRange(modifiedSeconds));
}

/** Extended pairs are passed over. Throws a `MalformedPacketError`. */
export function readAttributes(fields: FieldReader): SftpAttributes {
  const flags = fields.uint32();
  const sizeBytes = (flags & FLAG.size) === 0 ? undefined : fields.uint64();
  const owner = (flags & FLAG.owner) === 0 ? undefined : { ownerId: fields.uint32(), groupId: fields.uint32() };
  const mode = (flags & FLAG.permissions) === 0 ? undefined : fields.uint32();
  const times =
    (flags & FLAG.times) === 0 ? undefined : { accessedSeconds: fields.uint32(), modifiedSeconds: fields.uint32() };
  // The sign bit: bitwise operations are signed.
  if ((flags & FLAG.extended) !== 0) skipExtended(fields);
  return {
    ...(sizeBytes !== undefined && { sizeBytes }),
    ...owner,
    ...(mode !== undefined && { mode }),
    ...times,
  };
}

function skipExtended(fields: FieldReader): void {
  const count = fields.uint32();
  if (count > MAX_EXTENDED) throw new MalformedPacketError(`${count} extended attributes are more than anybody has`);
  for (let done = 0; done < count; done += 1) {
    fields.string();
    fields.string();
  }
}
