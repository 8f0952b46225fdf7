/** Spoils the bytes of an image on their way: what a rehearsal of a bad download needs. */

/** `byte` turns over one bit in the middle; `cut` leaves the second half away. */
export const DAMAGES = ['byte', 'cut'] as const;

export type Damage = (typeof DAMAGES)[number];

/** A copy of the chunk with one bit of one byte turned over. */
function turnedOver(chunk: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(chunk);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}

/** The chunks of a file of `sizeBytes`, damaged in its middle. */
export function* spoil(chunks: Iterable<Uint8Array>, sizeBytes: number, damage: Damage): Generator<Uint8Array, void> {
  const middle = Math.floor(sizeBytes / 2);
  let offset = 0;
  for (const chunk of chunks) {
    const at = middle - offset;
    offset += chunk.length;
    if (at < 0 || at >= chunk.length) yield chunk;
    else if (damage === 'byte') yield turnedOver(chunk, at);
    else {
      yield chunk.subarray(0, at);
      return;
    }
  }
}
