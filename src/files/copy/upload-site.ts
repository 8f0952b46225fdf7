/** Landing by an upload of the destination's own: whole or not at all, and continued under the same owner. */
import { FileError } from '../error.ts';
import type { FileReader, ReadOptions, Upload } from '../file-system.ts';
import type { Place } from './copy.ts';
import type { Landing, LandingSite, Left, SiteOptions } from './landing.ts';
import { partPath } from './part-site.ts';

function uploadLanding(upload: Upload, replace: SiteOptions['replace']): Landing {
  return {
    write: (bytes, positionBytes) => upload.write(bytes, positionBytes),
    ...(upload.read === undefined
      ? {}
      : { read: async (into, positionBytes) => (await upload.read?.(into, positionBytes)) ?? 0 }),
    publish: async () => {
      const { sizeBytes, sizeIs } = await upload.commit({ replace });
      return sizeIs === 'sent' ? undefined : sizeBytes;
    },
    keep: () => upload.keep(),
    discard: () => upload.discard(),
  };
}

/** The owner is the destination's label: whoever copies to the same name again finds what was left. */
export function uploadSite(place: Place, options: SiteOptions): LandingSite {
  const { files, path, label } = place;
  const { signal, replace, mode, isNew, sizeBytes } = options;
  const call = signal === undefined ? {} : { signal };
  const interruptedSize = async (): Promise<number | undefined> => await files.interruptedSize?.(path, label, call);
  const open = async (startBytes: number): Promise<Landing> => {
    const start =
      startBytes > 0 ? ({ from: 'offset', offsetBytes: startBytes } as const) : ({ from: 'nothing' } as const);
    const known = {
      ...(mode === undefined ? {} : { mode }),
      ...(sizeBytes === undefined ? {} : { sizeBytes }),
      ...(isNew ? ({ standing: 'nothing' } as const) : {}),
    };
    return uploadLanding(await files.openUpload(path, { ...call, ...known, start, owner: label }), replace);
  };
  return {
    order: options.order,
    async left(): Promise<Left | undefined> {
      const sizeBytes = await interruptedSize();
      return sizeBytes === undefined ? undefined : { sizeBytes, order: 'in-order' };
    },
    open,
    ...(files.openAt === undefined
      ? { openLeft: (fromBytes: number, sizeBytes: number) => openLeft(place, { ...call, fromBytes }, sizeBytes) }
      : {}),
  };
}

/**
 * Servers show what an upload left under the name of a part like any other file. Whatever cannot be opened there, or is
 * not as long as what was left, is something else.
 */
async function openLeft(place: Place, options: ReadOptions, sizeBytes: number): Promise<FileReader | undefined> {
  try {
    const reader = await place.files.openReader(partPath(place), options);
    if (reader.entry.sizeBytes === sizeBytes) return reader;
    await reader.close();
    return undefined;
  } catch (error) {
    if (error instanceof FileError && !error.retryable) return undefined;
    throw error;
  }
}

/** Removes what an upload to this place left. Without a signal: what is cleared away after an abort must not stop at it. */
export async function clearUpload({ files, path, label }: Place): Promise<void> {
  if ((await files.interruptedSize?.(path, label)) === undefined) return;
  const upload = await files.openUpload(path, { owner: label, start: { from: 'end' } });
  await upload.discard();
}
