/** Reads until a buffer is full or the file ends: places at the far end of a network give what is there. */

export type ReadAt = (into: Uint8Array, positionBytes: number) => Promise<number>;

/** The number of bytes; less than the buffer holds only at the end of the file. */
export async function fill(read: ReadAt, into: Uint8Array, positionBytes: number): Promise<number> {
  let count = await read(into, positionBytes);
  if (count === into.length || count === 0) return count;
  for (;;) {
    const more = await read(into.subarray(count), positionBytes + count);
    count += more;
    if (more === 0 || count === into.length) return count;
  }
}
