/**
 * Finds the fields that Cisco's images carry in their bytes: `CW_FAMILY$C2900$`, of IOS XE `CW_FAMILY=$cat9k$`.
 *
 * They lie anywhere, in compressed images often near the end, so the whole stream passes through. Memory is one field.
 */

const MARKERS = [
  'FAMILY',
  'IMAGE',
  'FEATURE',
  'VERSION',
  'MEDIA',
  'SYSDESCR',
  'DESCRIPTION',
  'MAGIC',
  /** Ours: the form, the digest's name and the size of the whole. */
  'PORTCALL',
  /** Ours, once for each package of a bundle: name, offset and size. */
  'PACKAGE',
] as const;

type Marker = (typeof MARKERS)[number];

/** Of values, in bytes. */
const MAX_VALUE_BYTES = 512;
const MAX_FIELD_BYTES = 'CW_'.length + 32 + '=$'.length + MAX_VALUE_BYTES + '$'.length;
const FIELD = /^CW_([A-Z_]{1,32})(=?)\$([\t\n\r -#%-~\u0080-\u00ff]{0,512})\$/;
/** What may yet become a field when more bytes come. */
const BEGINNING = /^CW_[A-Z_]{0,32}(=?$|=?\$[^$]*$)/;
/** Chance makes one in 16 MiB; who writes more wants to keep us busy. */
const MAX_TRIES = 65_536;
const MAX_PACKAGES = 64;

export interface Markers {
  /** The first value of each field. */
  readonly values: ReadonlyMap<Marker, string>;
  readonly packages: readonly string[];
  /** How the fields are written: with `=`, as IOS XE does. */
  readonly style: 'ios' | 'xe';
}

/** What tells images apart has no blanks; texts may. Code that looks for the fields holds their names, too, and is passed over. */
const WORDS: ReadonlySet<Marker> = new Set<Marker>(['FAMILY', 'IMAGE', 'VERSION']);
const isLikely = (name: Marker, value: string): boolean => !WORDS.has(name) || /^[\w().:+-]+$/.test(value);

const isMarker = (name: string): name is Marker => (MARKERS as readonly string[]).includes(name);

export class MarkerScanner {
  #carry: Buffer = Buffer.alloc(0);
  #tries = 0;
  #style: 'ios' | 'xe' = 'ios';
  readonly #values = new Map<Marker, string>();
  readonly #packages: string[] = [];

  get markers(): Markers {
    return { values: this.#values, packages: this.#packages, style: this.#style };
  }

  /** Takes the next bytes of the stream, however it is cut. */
  push(chunk: Uint8Array): void {
    if (this.#tries >= MAX_TRIES) return;
    const bytes = Buffer.concat([this.#carry, chunk]);
    let at = bytes.indexOf('CW_', 0, 'latin1');
    while (at >= 0 && this.#tries < MAX_TRIES) {
      const next = this.#read(bytes, at);
      if (next === undefined) {
        this.#carry = Buffer.from(bytes.subarray(at));
        return;
      }
      this.#tries += 1;
      at = bytes.indexOf('CW_', next, 'latin1');
    }
    this.#carry = Buffer.from(bytes.subarray(Math.max(0, bytes.length - 2)));
  }

  /** Where to look on; `undefined` when the field may go on in the next chunk. */
  #read(bytes: Buffer, at: number): number | undefined {
    const text = bytes.toString('latin1', at, at + MAX_FIELD_BYTES);
    const [whole, name = '', equals, value = ''] = FIELD.exec(text) ?? [];
    if (whole === undefined) {
      if (text.length < MAX_FIELD_BYTES && BEGINNING.test(text)) return undefined;
      return at + 'CW_'.length;
    }
    if (!isMarker(name) || !isLikely(name, value)) return at + 'CW_'.length;
    this.#keep(name, value, equals === '=' ? 'xe' : 'ios');
    return at + whole.length;
  }

  #keep(name: Marker, value: string, style: 'ios' | 'xe'): void {
    if (name === 'PACKAGE') {
      if (this.#packages.length < MAX_PACKAGES) this.#packages.push(value);
      return;
    }
    if (this.#values.has(name)) return;
    this.#values.set(name, value);
    if (name === 'FAMILY') this.#style = style;
  }
}
