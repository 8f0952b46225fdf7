/** All there is to say of a file that may be an image, in one reading: what it is, whether it is whole, and its digests. */
import { createHash } from 'node:crypto';
import { isPackagesConfWhole, readBundlePackages, readPackagesConf } from './bundle.ts';
import { HeadWindow } from './byte-window.ts';
import { checkImage, type ImageVerdict } from './check-image.ts';
import { checkTarImage, type TarVerdict } from './check-tar-image.ts';
import type { ImageFacts } from './image-facts.ts';
import { imageFileName } from './image-file-name.ts';
import { type ImageReading, ImageScan } from './read-image-facts.ts';
import { isTar, TAR_BLOCK_BYTES } from './tar-header.ts';

/** `unsigned` carries no digest that we can check, as every real image; `none` is no image, and no rest of one. */
export type ImageState = 'sound' | 'damaged' | 'cut' | 'unsigned' | 'none';

export interface ImageInspection {
  readonly state: ImageState;
  /** What is wrong, or why nothing can be said: the end of a sentence that begins with the file's name. */
  readonly reason?: string;
  /** `undefined` when it says nothing of itself. */
  readonly facts?: ImageFacts;
  /** The name under which such an image is published. */
  readonly usualName?: string;
  /** Portcall made it: no real device runs it. */
  readonly origin: 'portcall' | 'unknown';
  /** The names of the packages within, or of those that a packages.conf names. */
  readonly packages: readonly string[];
  readonly sizeBytes: number;
  readonly digests: Readonly<Record<DigestName, string>>;
}

type DigestName = 'md5' | 'sha1' | 'sha512';
type Chunks = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
type Judged = Pick<ImageInspection, 'state' | 'reason' | 'origin'>;

/** Enough for the head of a bundle, and for every packages.conf. */
const HEAD_BYTES = 65_536;

const STATES: Readonly<Record<ImageVerdict['state'], ImageState>> = {
  whole: 'sound',
  damaged: 'damaged',
  cut: 'cut',
  unsigned: 'unsigned',
};

const UNSIGNED =
  'carries no digest that could be checked here; compare its MD5 or SHA-512 with those that Cisco publishes';

/** What every file is asked, whatever it is. */
class Intake {
  readonly #scan = new ImageScan();
  readonly #head = new HeadWindow(HEAD_BYTES);
  readonly #hashes = { md5: createHash('md5'), sha1: createHash('sha1'), sha512: createHash('sha512') };
  sizeBytes = 0;

  get head(): Buffer {
    return this.#head.bytes;
  }

  push(chunk: Uint8Array): void {
    this.sizeBytes += chunk.length;
    this.#head.push(chunk);
    this.#scan.push(chunk);
    for (const hash of Object.values(this.#hashes)) hash.update(chunk);
  }

  reading(): ImageReading {
    return this.#scan.finish();
  }

  digests(): ImageInspection['digests'] {
    const { md5, sha1, sha512 } = this.#hashes;
    return { md5: md5.digest('hex'), sha1: sha1.digest('hex'), sha512: sha512.digest('hex') };
  }
}

async function* passing(chunks: Chunks, intake: Intake): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of chunks) {
    intake.push(chunk);
    yield chunk;
  }
}

/** The first bytes of a stream and then the stream itself; who stops early does not end it. */
async function peek(
  stream: AsyncGenerator<Uint8Array, void>,
): Promise<{ readonly head: Buffer; readonly all: AsyncIterable<Uint8Array> }> {
  const first: Uint8Array[] = [];
  let head = Buffer.alloc(0);
  while (head.length < TAR_BLOCK_BYTES) {
    const { done, value } = await stream.next();
    if (done === true) break;
    first.push(value);
    head = Buffer.concat([head, value]);
  }
  const next = async (): Promise<IteratorResult<Uint8Array, void>> => {
    const waiting = first.shift();
    return waiting === undefined ? await stream.next() : { done: false, value: waiting };
  };
  return { head, all: { [Symbol.asyncIterator]: () => ({ next }) } };
}

/** What is wrong with an image, in words. */
function damageOf({ state, sizeBytes, announcedBytes, embedded }: ImageVerdict): string | undefined {
  if (state === 'whole') return undefined;
  if (state === 'unsigned') return UNSIGNED;
  if (announcedBytes !== undefined && announcedBytes !== sizeBytes)
    return `has ${sizeBytes} bytes and should have ${announcedBytes}`;
  return embedded === undefined ? 'has lost the digest at its end' : 'is not what the digest within it says';
}

const originOf = (verdict: ImageVerdict | undefined): ImageInspection['origin'] =>
  verdict?.embedded === undefined && verdict?.announcedBytes === undefined ? 'unknown' : 'portcall';

const judged = (state: ImageState, reason: string | undefined, origin: ImageInspection['origin']): Judged => ({
  state,
  origin,
  ...(reason !== undefined && { reason }),
});

function judgeTar({ state, reason, image }: TarVerdict): Judged {
  const within = image === undefined ? UNSIGNED : damageOf(image);
  const inner = state === 'damaged' || state === 'cut' ? `holds an image that ${within ?? ''}` : within;
  return judged(STATES[state], reason ?? inner, originOf(image));
}

/** Ours have no comment but the one on the SHA-1; what those of Cisco compute theirs of is not public. */
const hasOurForm = (text: string): boolean => (text.match(/^#/gm)?.length ?? 0) === 3;

function judgeConf(text: string): Judged {
  if (isPackagesConfWhole(text)) return judged('sound', undefined, hasOurForm(text) ? 'portcall' : 'unknown');
  if (hasOurForm(text)) return judged('damaged', 'is not what the SHA-1 within it says', 'portcall');
  return judged('unsigned', 'carries a SHA-1, and what that is computed of is not public', 'unknown');
}

function nameOf(facts: ImageFacts): string | undefined {
  if (facts.kind === 'packages-conf') return 'packages.conf';
  return facts.kind === 'package' ? undefined : imageFileName(facts, facts.kind === 'tar' ? 'tar' : 'bin');
}

async function packagesIn({ kind }: ImageFacts, head: Buffer): Promise<readonly string[]> {
  if (kind === 'packages-conf') return readPackagesConf(head.toString('latin1')) ?? [];
  const packages = kind === 'install-bundle' ? await readBundlePackages([head]) : [];
  return (packages ?? []).map(({ name }) => name);
}

/** What the facts and the verdict say together. */
async function told(
  reading: ImageReading,
  verdict: Judged,
  head: Buffer,
): Promise<Omit<ImageInspection, 'sizeBytes' | 'digests'>> {
  // What is none may still be the rest of one.
  if (!reading.ok)
    return verdict.state === 'unsigned'
      ? { state: 'none', reason: reading.reason, origin: 'unknown', packages: [] }
      : { ...verdict, packages: [] };
  const { facts } = reading;
  const usualName = nameOf(facts);
  const judgement = facts.kind === 'packages-conf' ? judgeConf(head.toString('latin1')) : verdict;
  const packages = await packagesIn(facts, head);
  return { ...judgement, facts, packages, ...(usualName !== undefined && { usualName }) };
}

/** Reads a stream to its end; memory does not grow with it. Rejects only as the stream does. */
export async function inspectImage(chunks: Chunks): Promise<ImageInspection> {
  const intake = new Intake();
  const stream = passing(chunks, intake);
  const { head, all } = await peek(stream);
  const verdict = await (isTar(head) ? checkTarImage(all).then(judgeTar) : checkImage(all).then(judgeBin));
  // The reading of an archive ends where the archive does.
  while ((await stream.next()).done !== true);
  const said = await told(intake.reading(), verdict, intake.head);
  return { ...said, sizeBytes: intake.sizeBytes, digests: intake.digests() };
}

const judgeBin = (verdict: ImageVerdict): Judged => judged(STATES[verdict.state], damageOf(verdict), originOf(verdict));
