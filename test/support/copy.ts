/** File systems that are cut, lie or are slow to the byte, for the tests of copies. */
import type { createManualClock } from '../../src/base/manual-clock.ts';
import type { CopyEvent, Place } from '../../src/files/copy/copy.ts';
import type { Pace } from '../../src/files/copy/pace.ts';
import type { FileReader, FileSystem, OpenFile, Upload } from '../../src/files/index.ts';
import { get, path } from '../conformance/files-probe.ts';

export const placeOf = (files: FileSystem, name: string, label = `${files.name}:${name}`): Place => ({
  files,
  path: path(name),
  label,
});

/** Makes a copy move its bytes in small pieces, so that it can be cut anywhere. */
export const inPieces = (pieceBytes: number): Pace => ({ pieceBytes, pass: async () => undefined });

export async function putBytes(files: FileSystem, name: string, bytes: Uint8Array): Promise<void> {
  const upload = await files.openUpload(path(name));
  await upload.write(bytes, 0);
  await upload.commit();
}

export async function getBytes(files: FileSystem, name: string): Promise<Uint8Array> {
  await using reader = await files.openReader(path(name));
  const whole = new Uint8Array(reader.entry.sizeBytes);
  for (let at = 0; at < whole.length;) {
    const count = await reader.read(whole.subarray(at), at);
    if (count === 0) break;
    at += count;
  }
  return whole;
}

export const getText = get;

export interface Hooks {
  /** Sees the bytes that were read, and may change them or throw. */
  readonly read?: (bytes: Uint8Array, positionBytes: number) => void | Promise<void>;
  /** Gives how many of the bytes are written before `failure` is thrown; all of them without it. */
  readonly write?: (bytes: Uint8Array, positionBytes: number) => number | undefined;
  readonly failure?: () => Error;
  /** Told of each reader that is opened. */
  readonly opened?: (readers: number) => void;
}

type Read = FileReader['read'];
type Write = Upload['write'];

const hookedRead =
  (read: Read, hooks: Hooks): Read =>
  async (into, positionBytes) => {
    const count = await read(into, positionBytes);
    await hooks.read?.(into.subarray(0, count), positionBytes);
    return count;
  };

const hookedWrite =
  (write: Write, hooks: Hooks): Write =>
  async (bytes, positionBytes) => {
    const most = hooks.write?.(bytes, positionBytes) ?? bytes.length;
    if (most > 0) await write(bytes.subarray(0, most), positionBytes);
    if (most < bytes.length) throw hooks.failure?.() ?? new Error('cut');
  };

const hookedReader = (reader: FileReader, hooks: Hooks): FileReader => ({
  entry: reader.entry,
  read: hookedRead((into, at) => reader.read(into, at), hooks),
  close: () => reader.close(),
  [Symbol.asyncDispose]: () => reader.close(),
});

const hookedUpload = (upload: Upload, hooks: Hooks): Upload => ({
  startBytes: upload.startBytes,
  write: hookedWrite((bytes, at) => upload.write(bytes, at), hooks),
  read: async (into, at) => (await upload.read?.(into, at)) ?? 0,
  commit: (options) => upload.commit(options),
  keep: () => upload.keep(),
  discard: () => upload.discard(),
});

const hookedFile = (file: OpenFile, hooks: Hooks): OpenFile => ({
  stat: () => file.stat(),
  read: (into, at) => file.read(into, at),
  write: hookedWrite((bytes, at) => file.write(bytes, at), hooks),
  setAttributes: (attributes) => file.setAttributes(attributes),
  sync: () => file.sync(),
  close: () => file.close(),
  [Symbol.asyncDispose]: () => file.close(),
});

/** A file system with a hand on every byte that goes through. */
export function hooked(inner: FileSystem, hooks: Hooks): FileSystem {
  const { openAt } = inner;
  let readers = 0;
  return {
    ...inner,
    async openReader(at, options) {
      readers += 1;
      hooks.opened?.(readers);
      return hookedReader(await inner.openReader(at, options), hooks);
    },
    openUpload: async (at, options) => hookedUpload(await inner.openUpload(at, options), hooks),
    ...(openAt === undefined ? {} : { openAt: async (at, options) => hookedFile(await openAt(at, options), hooks) }),
  };
}

/** Lets so many bytes through, in one direction, then fails with this for ever. */
export function cutAfter(inner: FileSystem, side: 'read' | 'write', bytes: number, failure: () => Error): FileSystem {
  let left = bytes;
  if (side === 'read')
    return hooked(inner, {
      read(piece) {
        left -= piece.length;
        if (left < 0) throw failure();
      },
    });
  return hooked(inner, {
    failure,
    write(piece) {
      const most = Math.max(0, Math.min(left, piece.length));
      left -= most;
      return most;
    },
  });
}

/** As a place at the far end of a network: it opens nothing in place, and gives what is there, never much at once. */
export function farAway(inner: FileSystem, pieceBytes = 3000): FileSystem {
  const rest: FileSystem = { ...inner };
  Reflect.deleteProperty(rest, 'openAt');
  return {
    ...rest,
    name: `far(${inner.name})`,
    async openReader(at, options) {
      const reader = await inner.openReader(at, options);
      return {
        entry: reader.entry,
        read: (into, position) => reader.read(into.subarray(0, pieceBytes), position),
        close: () => reader.close(),
        [Symbol.asyncDispose]: () => reader.close(),
      };
    },
  };
}

/** The kinds of events, those of progress left out. */
export function watching(): { readonly events: CopyEvent[]; readonly kinds: () => string[] } {
  const events: CopyEvent[] = [];
  return { events, kinds: () => events.map(({ kind }) => kind).filter((kind) => kind !== 'progress') };
}

/** Moves the clock on for as long as the work waits for it. */
export async function letTimePass(clock: ReturnType<typeof createManualClock>, work: Promise<unknown>): Promise<void> {
  const state = { isDone: false };
  const done = work.finally(() => {
    state.isDone = true;
  });
  while (!state.isDone) {
    await new Promise((resolve) => setImmediate(resolve));
    if (clock.waiting > 0) clock.advance(10);
  }
  await done;
}
