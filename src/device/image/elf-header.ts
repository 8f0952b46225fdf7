/** ELF headers (System V ABI, chapter 4) as images begin with, with one program header that loads the rest. */
import type { Machine } from './image-families.ts';

const MAGIC = Buffer.from('\x7fELF', 'latin1');
const EXECUTABLE = 2;
const PT_LOAD = 1;
const READ_WRITE_EXECUTE = 7;

/** Whether a file that begins so is an ELF file. */
export const isElf = (head: Buffer): boolean => head.subarray(0, MAGIC.length).equals(MAGIC);

/** Identification, with class (1 is 32 bits), order (2 is big endian) and version. */
const identification = (wordClass: number, order: number): Buffer =>
  Buffer.concat([MAGIC, Buffer.from([wordClass, order, 1]), Buffer.alloc(9)]);

function elf32Big({ code, entryPoint }: Machine, sizeBytes: number): Buffer {
  const rest = Buffer.alloc(36 + 32);
  rest.writeUInt16BE(EXECUTABLE, 0);
  rest.writeUInt16BE(code, 2);
  rest.writeUInt32BE(1, 4);
  rest.writeUInt32BE(entryPoint, 8);
  rest.writeUInt32BE(52, 12); // The program header comes next.
  for (const [offset, value] of [52, 32, 1, 40].entries()) rest.writeUInt16BE(value, 24 + 2 * offset);
  const size = Math.min(sizeBytes, 0xffffffff);
  const segment = [PT_LOAD, 0, entryPoint, entryPoint, size, size, READ_WRITE_EXECUTE, 0x1000];
  for (const [index, value] of segment.entries()) rest.writeUInt32BE(value, 36 + 4 * index);
  return Buffer.concat([identification(1, 2), rest]);
}

function elf64Little({ code, entryPoint }: Machine, sizeBytes: number): Buffer {
  const rest = Buffer.alloc(48 + 56);
  rest.writeUInt16LE(EXECUTABLE, 0);
  rest.writeUInt16LE(code, 2);
  rest.writeUInt32LE(1, 4);
  rest.writeBigUInt64LE(BigInt(entryPoint), 8);
  rest.writeBigUInt64LE(64n, 16);
  for (const [offset, value] of [64, 56, 1, 64].entries()) rest.writeUInt16LE(value, 36 + 2 * offset);
  rest.writeUInt32LE(PT_LOAD, 48);
  rest.writeUInt32LE(READ_WRITE_EXECUTE, 52);
  const segment = [0, entryPoint, entryPoint, sizeBytes, sizeBytes, 0x1000];
  for (const [index, value] of segment.entries()) rest.writeBigUInt64LE(BigInt(value), 56 + 8 * index);
  return Buffer.concat([identification(2, 1), rest]);
}

export const elfHeader = (machine: Machine, sizeBytes: number): Buffer =>
  machine.format === 'elf32-big' ? elf32Big(machine, sizeBytes) : elf64Little(machine, sizeBytes);
