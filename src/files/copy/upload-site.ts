/** Landing by an upload of the destination's own: whole or not at all, and continued under the same owner. */
import type { Upload } from '../file-system.ts';
import type { Place } from './copy.ts';
import type { Landing, LandingSite, Left, SiteOptions } from './landing.ts';

function uploadLanding(upload: Upload, replace: SiteOptions['replace']): Landing {
  return {
    write: (bytes, positionBytes) => upload.write(bytes, positionBytes),
    ...(upload.read === undefined
      ? {}
      : { read: async (into, positionBytes) => (await upload.read?.(into, positionBytes)) ?? 0 }),
    publish: async () => {
      await upload.commit({ replace });
    },
    keep: () => upload.keep(),
    discard: () => upload.discard(),
  };
}

/** The owner is the destination's label: whoever copies to the same name again finds what was left. */
export function uploadSite({ files, path, label }: Place, options: SiteOptions): LandingSite {
  const { signal, replace, mode } = options;
  const call = signal === undefined ? {} : { signal };
  const interruptedSize = async (): Promise<number | undefined> => await files.interruptedSize?.(path, label, call);
  const open = async (startBytes: number): Promise<Landing> => {
    const start =
      startBytes > 0 ? ({ from: 'offset', offsetBytes: startBytes } as const) : ({ from: 'nothing' } as const);
    const withMode = mode === undefined ? {} : { mode };
    return uploadLanding(await files.openUpload(path, { ...call, ...withMode, start, owner: label }), replace);
  };
  return {
    order: options.order,
    async left(): Promise<Left | undefined> {
      const sizeBytes = await interruptedSize();
      return sizeBytes === undefined ? undefined : { sizeBytes, order: 'in-order' };
    },
    open,
  };
}

/** Removes what an upload to this place left. Without a signal: what is cleared away after an abort must not stop at it. */
export async function clearUpload({ files, path, label }: Place): Promise<void> {
  if ((await files.interruptedSize?.(path, label)) === undefined) return;
  const upload = await files.openUpload(path, { owner: label, start: { from: 'end' } });
  await upload.discard();
}
