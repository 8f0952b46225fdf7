/** One request and its transfer, over a port of its own (RFC 1350 §4). */
import { authority } from '../../../base/authority.ts';
import { printable } from '../../../base/escape.ts';
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import { watchForClosedPort } from '../channel/closed-port.ts';
import { type DatagramPort, openDatagramPort, type Peer } from '../channel/datagram-port.ts';
import type { Ending, PacketChannel, Refusal, Transfer } from '../channel/ending.ts';
import { ERROR_CODE } from '../wire/error-code.ts';
import { optionsFor, PLAIN_TERMS, readAnswer, type Terms } from '../wire/negotiation.ts';
import { type Packet, parsePacket, printError, printRequest, type TftpOption } from '../wire/packet.ts';
import { failureOf, mayBeForOptions } from './failure.ts';
import { nameFor, type Remote } from './remote.ts';

/** What a transfer of either direction is made of. */
export interface Making {
  readonly channel: PacketChannel;
  /** The request. */
  readonly opening: Uint8Array;
  readonly onOptions: (packet: Packet & { readonly kind: 'options' }) => Terms | Refusal;
}

export interface Wanted<T extends Transfer> {
  readonly remote: Remote;
  readonly path: VirtualPath;
  readonly direction: 'read' | 'write';
  /** Said of a file that is written; 0 asks for that of one that is read. */
  readonly sizeBytes: number | undefined;
  readonly signal: AbortSignal | undefined;
  readonly make: (making: Making) => T;
}

const STRANGER = printError(ERROR_CODE.unknownTransfer, 'Unknown transfer ID');
/** Strangers are told that nobody here knows them, but not without end. */
const STRANGERS_TOLD = 16;
/** A server that is there has mostly answered by then. */
const CLOSED_AFTER_MS = 250;

/** What a request is answered by: anything else is meant for whoever had this port before. */
function isAnswer(packet: Packet, direction: 'read' | 'write'): boolean {
  if (packet.kind === 'data') return direction === 'read' && packet.block === 1;
  if (packet.kind === 'ack') return direction === 'write' && packet.block === 0;
  return packet.kind === 'options' || packet.kind === 'error';
}

const sentence = (options: readonly TftpOption[]): string =>
  options.map(({ name, value }) => `${name}=${value}`).join(' ');

export class Exchange<T extends Transfer> {
  readonly transfer: T;
  /** What has been agreed on; RFC 1350 until the server answers with more. */
  terms: Terms = PLAIN_TERMS;
  /** How it has ended, once it has. */
  ending: Ending | undefined;
  readonly #wanted: Wanted<T>;
  readonly #asked: readonly TftpOption[];
  readonly #connection: number;
  readonly #first = Promise.withResolvers<undefined>();
  #port: DatagramPort | undefined;
  /** The server's, once it has answered. */
  #tid: number | undefined;
  #strangers = 0;

  constructor(wanted: Wanted<T>, asked: readonly TftpOption[]) {
    const { remote, path, direction } = wanted;
    this.#wanted = wanted;
    this.#asked = asked;
    this.#connection = remote.nextTransfer();
    this.transfer = wanted.make({
      channel: { send: (packet) => this.#send(packet) },
      opening: printRequest({ direction, name: nameFor(remote, path), mode: remote.mode, options: asked }),
      onOptions: (packet) => this.#agreed(packet.options),
    });
  }

  /** Resolves when the server has taken the request; rejects when it has not. */
  async begin(): Promise<void> {
    const { remote, signal, direction, path } = this.#wanted;
    signal?.throwIfAborted();
    this.#port = await openDatagramPort({
      address: remote.address.includes(':') ? '::' : '0.0.0.0',
      port: 0,
      onPacket: (bytes, from) => this.#arrived(bytes, from),
      onError: () => undefined,
    });
    this.#watch(signal);
    const verb = direction === 'read' ? 'RRQ' : 'WRQ';
    this.#note('command', [verb, nameFor(remote, path), remote.mode, sentence(this.#asked)].join(' ').trimEnd());
    void this.transfer.ended.then((ending) => this.#over(ending));
    this.transfer.start();
    const settled = this.#watchForClosed();
    try {
      await Promise.race([this.#first.promise, this.transfer.ended]);
    } finally {
      settled();
    }
    await this.failure('now');
  }

  /** Rejects with what the transfer has suffered: so far, or to its end. */
  async failure(when: 'now' | 'at-the-end'): Promise<void> {
    const { remote, path, signal } = this.#wanted;
    const ending = when === 'now' ? this.ending : await this.transfer.ended;
    if (ending === undefined) return;
    const { bytes } = this.transfer;
    const failure = failureOf(remote, path, { ending, bytes, blockBytes: this.terms.blockBytes });
    if (failure === undefined) return;
    signal?.throwIfAborted();
    throw failure;
  }

  /** Ends it with an ERROR, which a transfer that is over does not send. */
  abort(message: string): void {
    this.transfer.abort({ code: ERROR_CODE.undefined, message });
  }

  #watch(signal: AbortSignal | undefined): void {
    const { closing } = this.#wanted.remote;
    const watched = signal === undefined ? closing : AbortSignal.any([signal, closing]);
    const give = (): void => this.abort('The client was interrupted');
    watched.addEventListener('abort', give, { once: true });
    if (watched.aborted) give();
    void this.transfer.ended.then(() => watched.removeEventListener('abort', give));
  }

  /** A closed port is told of at once, and not after all tries. */
  #watchForClosed(): () => void {
    const { remote } = this.#wanted;
    let close = (): void => undefined;
    const cancel = remote.clock.after(CLOSED_AFTER_MS, () => {
      close = watchForClosedPort(remote, (cause) => {
        if (this.#tid === undefined)
          this.#failEarly(`nothing listens at ${authority(remote.host, remote.port)}`, cause);
      });
    });
    return () => {
      cancel();
      close();
    };
  }

  #send(packet: Uint8Array): void {
    const { address, port } = this.#wanted.remote;
    const peer = { address, port: this.#tid ?? port };
    if (this.#tid !== undefined) this.#port?.send(packet, peer);
    else this.#port?.send(packet, peer, (error) => this.#unsendable(error));
  }

  /** No way leads there, or a rule of this machine forbids it. */
  #unsendable(error: Error): void {
    if (this.#tid !== undefined) return;
    this.#note('note', `cannot be sent: ${error.message}`);
    this.#failEarly(`nothing can be sent to ${this.#wanted.remote.host}: ${error.message}`, error);
  }

  #failEarly(detail: string, cause: Error): void {
    const { path } = this.#wanted;
    this.#first.reject(new FileError('unreachable', path, { detail, cause, again: 'pointless' }));
    this.abort('No way');
  }

  #arrived(bytes: Uint8Array, from: Peer): void {
    const packet = parsePacket(bytes);
    if (packet.kind === 'malformed' || packet.kind === 'request') return;
    if (from.address !== this.#wanted.remote.address) return;
    if (this.#tid !== undefined && from.port !== this.#tid) {
      this.#stranger(packet.kind, from);
      return;
    }
    if (this.#tid === undefined && !isAnswer(packet, this.#wanted.direction)) return;
    this.#tid = from.port;
    this.#wanted.remote.hasAnswered = true;
    if (packet.kind === 'error') this.#note('note', `ERROR ${packet.code} ${printable(packet.message)}`);
    this.transfer.received(packet);
    if (packet.kind !== 'error') this.#first.resolve(undefined);
  }

  /** A request that came to the server twice has started a second transfer there: it is told to end. */
  #stranger(kind: Packet['kind'], from: Peer): void {
    if (kind === 'error' || this.#strangers >= STRANGERS_TOLD) return;
    this.#strangers += 1;
    this.#port?.send(STRANGER, from);
  }

  #agreed(answered: readonly TftpOption[]): Terms | Refusal {
    this.#note('note', `OACK ${printable(sentence(answered))}`);
    const terms = readAnswer(this.#asked, answered);
    if ('refused' in terms) return { code: ERROR_CODE.optionRefused, message: printable(terms.refused).slice(0, 200) };
    this.terms = terms;
    return terms;
  }

  #over(ending: Ending): void {
    this.ending = ending;
    // A last ACK may have to be repeated; the program may end all the same.
    this.#port?.unref();
    void this.transfer.gone.then(() => this.#port?.close());
    if (ending.kind === 'complete') this.#note('note', `${this.transfer.bytes} bytes, complete`);
    else this.#note('note', `${this.transfer.bytes} bytes, ${ending.kind}`);
  }

  #note(kind: 'command' | 'note', text: string): void {
    const { observe } = this.#wanted.remote;
    const connection = this.#connection;
    observe(kind === 'command' ? { kind, connection, line: printable(text) } : { kind, connection, text });
  }
}

/** Asks with options, and where the server does not bear them, without (RFC 2347). */
export async function openExchange<T extends Transfer>(wanted: Wanted<T>): Promise<Exchange<T>> {
  const { remote, sizeBytes } = wanted;
  const asked =
    remote.wishes === undefined ? [] : optionsFor({ ...remote.wishes, ...(sizeBytes !== undefined && { sizeBytes }) });
  const exchange = new Exchange(wanted, asked);
  try {
    await exchange.begin();
    return exchange;
  } catch (error) {
    const { ending } = exchange;
    if (asked.length === 0 || ending === undefined || !mayBeForOptions(ending)) throw error;
  }
  const plain = new Exchange(wanted, []);
  await plain.begin();
  return plain;
}
