/** Whether a tar image is whole: its archive, what its info file says, and the image within. */
import { FileError } from '../../files/error.ts';
import { ImageCheck, type ImageVerdict } from './check-image.ts';
import { readTar } from './read-tar.ts';
import { readTarInfo, type TarInfo } from './tar-info.ts';

const MAX_INFO_BYTES = 8192;

export interface TarVerdict extends Pick<ImageVerdict, 'state'> {
  /** Of the image within, as far as it was read. */
  readonly image?: ImageVerdict;
  readonly info?: TarInfo;
  /** What is wrong, where it is the archive: the end of a sentence that begins with its name. */
  readonly reason?: string;
}

/** Nothing is wrong with an archive of something else, which has neither. */
function wrongWith(image: ImageVerdict | undefined, info: TarInfo | undefined): string | undefined {
  if (image === undefined) return info === undefined ? undefined : 'lacks its image';
  if (info === undefined) return 'lacks its info file';
  // Of Cisco's archives the size in info is approximate, as their configuration guides say.
  const isExact = image.state !== 'unsigned';
  return isExact && info.iosImageBytes !== image.sizeBytes
    ? 'holds an image of another size than its info file says'
    : undefined;
}

/** Takes the parts of an archive and keeps what the verdict needs. */
class TarImageCheck {
  #info = Buffer.alloc(0);
  #image: ImageCheck | undefined;
  #verdict: ImageVerdict | undefined;

  begin(path: string): void {
    this.#endImage();
    if (/^[^/]+\/[^/]+\.bin$/.test(path) && this.#verdict === undefined) this.#image = new ImageCheck();
  }

  take(path: string, bytes: Uint8Array): void {
    this.#image?.push(bytes);
    if (path === 'info' && this.#info.length < MAX_INFO_BYTES) this.#info = Buffer.concat([this.#info, bytes]);
  }

  #endImage(): void {
    this.#verdict ??= this.#image?.finish();
    this.#image = undefined;
  }

  /** `error` is what ended the archive early. */
  finish(error?: FileError): TarVerdict {
    this.#endImage();
    const info = readTarInfo(this.#info.toString('latin1'));
    const found = { ...(this.#verdict && { image: this.#verdict }), ...(info && { info }) };
    if (error !== undefined) {
      const state = error.detail?.includes('cut') === true ? 'cut' : 'damaged';
      return { ...found, state, reason: `is no whole archive: ${error.detail ?? 'it cannot be read'}` };
    }
    const reason = wrongWith(this.#verdict, info);
    return reason === undefined
      ? { ...found, state: this.#verdict?.state ?? 'unsigned' }
      : { ...found, state: 'damaged', reason };
  }
}

/** Reads a tar image to its end. Rejects only as the stream does. */
export async function checkTarImage(chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<TarVerdict> {
  const check = new TarImageCheck();
  try {
    for await (const each of readTar(chunks)) {
      if (each.part === 'entry') check.begin(each.entry.path);
      else check.take(each.entry.path, each.bytes);
    }
    return check.finish();
  } catch (error) {
    if (error instanceof FileError && ['integrity', 'unsafe', 'limit'].includes(error.kind)) return check.finish(error);
    throw error;
  }
}
