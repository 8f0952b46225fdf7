/** READ: the answer is built where the file is read into, so that no byte is copied. */
import type { FieldReader } from '../wire/field-reader.ts';
import { PACKET, STATUS } from '../wire/numbers.ts';
import type { Desk } from './desk.ts';
import type { OpenedFile } from './handle.ts';
import type { Answered } from './request.ts';
import { EOF, StatusError, statusPacket } from './status.ts';

/** Length, type, id, length of the data. */
const HEADER_BYTES = 13;

function dataPacket(packet: Buffer, id: number, bytes: number): Uint8Array {
  if (bytes === 0) return statusPacket(id, EOF);
  packet.writeUInt32BE(HEADER_BYTES - 4 + bytes, 0);
  packet[4] = PACKET.data;
  packet.writeUInt32BE(id, 5);
  packet.writeUInt32BE(bytes, 9);
  return packet.subarray(0, HEADER_BYTES + bytes);
}

export function readReply({ limits }: Desk, id: number, file: OpenedFile, fields: FieldReader): Answered {
  const positionBytes = fields.uint64();
  const wanted = Math.min(fields.uint32(), limits.readBytes);
  if (file.read === undefined) throw new StatusError(STATUS.permissionDenied, 'The file was not opened to be read');
  // Nothing asked is nothing answered, wherever: 0 bytes would else look like the end.
  const packet = Buffer.allocUnsafe(HEADER_BYTES + wanted);
  if (wanted === 0) return emptyData(packet, id);
  if (!Number.isSafeInteger(positionBytes)) return statusPacket(id, EOF);
  const count = file.read(packet.subarray(HEADER_BYTES), positionBytes);
  return typeof count === 'number'
    ? dataPacket(packet, id, count)
    : count.then((bytes) => dataPacket(packet, id, bytes));
}

function emptyData(packet: Buffer, id: number): Uint8Array {
  packet.writeUInt32BE(HEADER_BYTES - 4, 0);
  packet[4] = PACKET.data;
  packet.writeUInt32BE(id, 5);
  packet.writeUInt32BE(0, 9);
  return packet;
}
