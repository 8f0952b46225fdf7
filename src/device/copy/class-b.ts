/** Class B flash: what is deleted keeps its space until the whole of it is erased, and `copy` offers to do that. */
import { ROOT } from '../../base/virtual-path.ts';
import type { Upload } from '../../files/index.ts';
import type { Call } from '../command.ts';
import { removeTree, type Volume } from '../state/volumes.ts';

const ERASE_MARKS = 40;
const ERASE_MS = 8_000;

/** Erases a volume with the marks of the real thing; what is lost is lost. */
export async function eraseVolume(call: Call, { facts, files }: Volume): Promise<string> {
  const { clock, pace } = call.system.world;
  await call.session.write('Erasing device... ');
  for (let mark = 0; mark < ERASE_MARKS; mark += 1) {
    await call.session.write('e');
    const { promise, resolve } = Promise.withResolvers<undefined>();
    clock.after((ERASE_MS * pace) / ERASE_MARKS, () => resolve(undefined));
    await promise;
  }
  await removeTree(files, ROOT);
  return ` ...erased\nErase of ${facts.name} complete\n`;
}

/** What is asked before a copy onto class B flash, or with `/erase`; `undefined` where nothing is. */
export function erasing(call: Call, volume: Volume): (() => Promise<void>) | undefined {
  const isOrdered = call.args.has('/erase');
  if (volume.facts.kind !== 'class-b' && !isOrdered) return undefined;
  return () => eraseBeforeCopying(call, volume, isOrdered);
}

/** The trap: Enter erases. */
async function eraseBeforeCopying(call: Call, volume: Volume, isOrdered: boolean): Promise<void> {
  const { session } = call;
  const { name } = volume.facts;
  if (!isOrdered && !(await session.confirm(`Erase ${name} before copying? [confirm]`))) return;
  const sure = `Erasing the ${name.slice(0, -1)} filesystem will remove all files! Continue? [confirm]`;
  if (!(await session.confirm(sure))) return;
  await session.write(await eraseVolume(call, volume));
}

/** The sum that class B flash keeps of each file: its 16-bit words added up, carries too. */
export class Checksum {
  #sum = 0;

  /** A file that is written through it. */
  over(upload: Pick<Upload, 'write'>): Pick<Upload, 'write'> {
    return {
      write: (bytes, position) => {
        for (const [index, byte] of bytes.entries()) this.#add((position + index) % 2 === 0 ? byte * 256 : byte);
        return upload.write(bytes, position);
      },
    };
  }

  get text(): string {
    return `Verifying checksum...  OK (0x${(~this.#sum & 0xffff).toString(16).toUpperCase().padStart(4, '0')})`;
  }

  #add(value: number): void {
    this.#sum += value;
    if (this.#sum > 0xffff) this.#sum -= 0xffff;
  }
}
