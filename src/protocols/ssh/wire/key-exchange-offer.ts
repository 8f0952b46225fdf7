/** What a peer says before anything is encrypted: its identification and the algorithms that it offers (RFC 4253 §4.2, §7.1). */

export interface KeyExchangeOffer {
  /** As it came, without its line end: `SSH-2.0-OpenSSH_9.2p1`. It may hold anything: escape it before showing it. */
  readonly identification: string;
  readonly keyExchanges: readonly string[];
  readonly hostKeys: readonly string[];
  /** From the client to the server, and back; most peers offer the same both ways. */
  readonly ciphers: readonly string[];
  readonly macs: readonly string[];
}

const KEXINIT = 20;
/** Length, padding length, type, cookie. */
const LISTS_AT = 4 + 1 + 1 + 16;
const MOST_BYTES = 64 * 1024;
const LISTS = 10;
const LINE_FEED = 10;

/** Takes the bytes of a peer until its offer is whole; memory is bounded. */
export class OfferReader {
  #bytes = Buffer.alloc(0);
  #done = false;

  /** The offer with the chunk that completes it; `undefined` before, and for ever when it is none. */
  take(chunk: Uint8Array): KeyExchangeOffer | undefined {
    if (this.#done) return undefined;
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    const offer = readOffer(this.#bytes);
    if (offer !== 'incomplete' || this.#bytes.length > MOST_BYTES) {
      this.#done = true;
      this.#bytes = Buffer.alloc(0);
    }
    return offer === 'incomplete' ? undefined : offer;
  }
}

/** RFC 4253 §4.2: a server may send other lines first, and the one that counts begins with `SSH-`. */
function readOffer(bytes: Buffer): KeyExchangeOffer | 'incomplete' | undefined {
  let at = 0;
  for (;;) {
    const end = bytes.indexOf(LINE_FEED, at);
    if (end === -1) return 'incomplete';
    const line = bytes.toString('latin1', at, end).replace(/\r$/, '');
    at = end + 1;
    if (line.startsWith('SSH-')) return readLists(bytes.subarray(at), line);
  }
}

function readLists(packet: Buffer, identification: string): KeyExchangeOffer | 'incomplete' | undefined {
  if (packet.length < LISTS_AT) return 'incomplete';
  if (packet[5] !== KEXINIT) return undefined;
  const end = 4 + packet.readUInt32BE(0);
  if (end > MOST_BYTES) return undefined;
  if (packet.length < end) return 'incomplete';
  const lists = nameLists(packet.subarray(LISTS_AT, end));
  if (lists === undefined) return undefined;
  const [keyExchanges = [], hostKeys = [], ciphers = [], , macs = []] = lists;
  return { identification, keyExchanges, hostKeys, ciphers, macs };
}

/** RFC 4251 §5: names with commas between them, behind their length. */
function nameLists(bytes: Buffer): string[][] | undefined {
  const lists: string[][] = [];
  for (let at = 0; lists.length < LISTS;) {
    const from = at + 4;
    const to = from > bytes.length ? Infinity : from + bytes.readUInt32BE(at);
    if (to > bytes.length) return undefined;
    const text = bytes.toString('latin1', from, to);
    lists.push(text === '' ? [] : text.split(','));
    at = to;
  }
  return lists;
}
