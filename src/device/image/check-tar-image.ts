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
  /** What is wrong, where it is the archive. */
  readonly reason?: string;
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
    if (error !== undefined)
      return {
        ...found,
        state: error.detail?.includes('cut') === true ? 'cut' : 'damaged',
        reason: error.detail ?? error.message,
      };
    if (this.#verdict === undefined || info === undefined)
      return { ...found, state: 'damaged', reason: 'info or the image is missing in the archive' };
    if (info.iosImageBytes !== this.#verdict.sizeBytes)
      return { ...found, state: 'damaged', reason: 'the image has another size than info says' };
    return { ...found, state: this.#verdict.state };
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
