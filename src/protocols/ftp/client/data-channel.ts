/** Data connections of a client, by whichever way leads to one: EPSV, PASV, or a port of our own (RFC 959 §3.2, RFC 2428). */
import { createServer, isIP, type Server, type Socket } from 'node:net';
import { FileError } from '../../../files/error.ts';
import { parseExtendedPassive, parsePassive, printEprt, printPort } from '../wire/passive-reply.ts';
import type { ControlConnection } from './control-connection.ts';
import { dial } from '../../dial/dial.ts';
import { connectionFailure } from '../../dial/failure.ts';
import { isPositive, shownReply } from './failure.ts';
import type { Learned } from './learned.ts';
import { inTime } from '../../dial/patience.ts';
import type { FtpCommand, FtpReply } from './session.ts';
import type { SessionSettings } from './settings.ts';

/** A data connection that is coming about. */
export interface Coming {
  readonly mode: 'passive' | 'active';
  /** The connection, once both sides have done their part; awaited after the server has begun. */
  readonly socket: Promise<Socket>;
  /** Not wanted any more. */
  cancel(): void;
}

export interface DataChannelParts {
  readonly control: ControlConnection;
  readonly settings: SessionSettings;
  readonly learned: Learned;
}

/** `::ffff:10.0.0.1` is 10.0.0.1 as a socket of both families sees it. */
const plainAddress = (address: string): string => address.replace(/^::ffff:(?=\d+\.)/i, '');
/** The server's address, whichever family the socket is of. */
export const peerOf = (control: ControlConnection): string => plainAddress(control.socket.remoteAddress ?? '');

/** A promise that may fail before anybody asks. */
function heard<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined);
  return promise;
}

export class DataChannel {
  readonly #control: ControlConnection;
  readonly #settings: SessionSettings;
  readonly #learned: Learned;

  constructor({ control, settings, learned }: DataChannelParts) {
    this.#control = control;
    this.#settings = settings;
    this.#learned = learned;
  }

  /** Agrees on a data connection with the server, by the way that was asked for and no other. */
  async open(signal?: AbortSignal): Promise<Coming> {
    return this.#settings.data.mode === 'active' ? await this.#listen(signal) : await this.#passive(signal);
  }

  /** Whether the line that asks for a data connection is known, so that more can be sent right behind it. */
  get isForeseeable(): boolean {
    return this.#settings.data.mode === 'passive' && this.#learned.epsv === 'works';
  }

  /** The second half of {@link open} where the first was foreseeable: EPSV was sent, this is its reply. */
  foreseen(
    reply: { readonly code: number; readonly lines: readonly string[] },
    signal?: AbortSignal,
  ): Coming | undefined {
    const port = reply.code === 229 ? parseExtendedPassive(reply.lines.join(' ')) : undefined;
    if (port === undefined) return undefined;
    return coming(this.#dial(peerOf(this.#control), port, signal));
  }

  async #passive(signal: AbortSignal | undefined): Promise<Coming> {
    const { epsv } = this.#learned;
    const extended = epsv === 'useless' ? undefined : await this.#extendedPassive(signal);
    if (extended !== undefined) return extended;
    const found = await this.#passiveAddress(signal);
    return coming(this.#dial(found.host, found.port, signal));
  }

  /** The first EPSV is awaited to its end: a server, or a firewall before it, may answer and yet let nobody in. */
  async #extendedPassive(signal: AbortSignal | undefined): Promise<Coming | undefined> {
    const reply = await this.#answerToEpsv(signal);
    const port = reply.code === 229 ? parseExtendedPassive(reply.lines.join(' ')) : undefined;
    if (port === undefined) {
      this.#giveUpEpsv(`EPSV is answered by ${shownReply(reply)}`);
      return undefined;
    }
    const dialled = this.#dial(peerOf(this.#control), port, signal);
    if (this.#learned.epsv === 'works') return coming(dialled);
    try {
      const socket = await dialled;
      this.#learned.epsv = 'works';
      return coming(Promise.resolve(socket));
    } catch (error) {
      if (signal?.aborted === true) throw error;
      this.#giveUpEpsv(`the port of EPSV, ${port}, is dead`);
      return undefined;
    }
  }

  /** Firewalls swallow EPSV, and silence ends the session: the next one uses PASV. */
  async #answerToEpsv(signal: AbortSignal | undefined): Promise<FtpReply> {
    try {
      return await this.#control.exchange({ verb: 'EPSV' }, signal);
    } catch (error) {
      const wasSilent = error instanceof FileError && error.kind === 'timed-out';
      if (wasSilent && this.#learned.epsv !== 'works') this.#giveUpEpsv('EPSV is not answered');
      throw error;
    }
  }

  /** RFC 2428 has no other way over IPv6; over IPv4 there is PASV. */
  #giveUpEpsv(why: string): void {
    if (isIP(peerOf(this.#control)) === 6) throw connectionFailure('unreachable', `no data connection: ${why}`);
    this.#learned.epsv = 'useless';
    this.#note(`${why}; PASV is used instead from now on`);
  }

  async #passiveAddress(signal: AbortSignal | undefined): Promise<{ host: string; port: number }> {
    const reply = await this.#control.exchange({ verb: 'PASV' }, signal);
    const found = reply.code === 227 ? parsePassive(reply.lines.join(' ')) : undefined;
    if (found === undefined) {
      const kind = isPositive(reply) ? 'protocol' : 'unreachable';
      throw connectionFailure(kind, `the server names no port for a data connection: ${shownReply(reply)}`);
    }
    const peer = peerOf(this.#control);
    if (found.host === peer) return found;
    const { data } = this.#settings;
    if (data.mode === 'passive' && data.otherHost === 'follow') return found;
    // The address may be that behind a NAT, or a trap (CVE-2020-8284): the server's own is right in both cases.
    this.#note(`PASV names ${found.host}, which is not the server's address; ${peer} is used instead`);
    return { host: peer, port: found.port };
  }

  #note(text: string): void {
    this.#control.tell({ kind: 'note', connection: this.#control.number, text });
  }

  #dial(host: string, port: number, signal: AbortSignal | undefined): Promise<Socket> {
    const { clock, timeouts } = this.#settings;
    const { localAddress } = this.#control.socket;
    const from = localAddress === undefined ? {} : { localAddress: plainAddress(localAddress) };
    const what = `the data connection to ${host} port ${port}`;
    return heard(dial({ host, port, ...from }, { clock, connectMs: timeouts.connectMs, what, signal }));
  }

  async #listen(signal: AbortSignal | undefined): Promise<Coming> {
    const local = plainAddress(this.#control.socket.localAddress ?? '');
    const server = await this.#bind(local);
    try {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('a listener without an address');
      const reply = await this.#control.exchange(this.#announcement(local, address.port), signal);
      if (!isPositive(reply))
        throw connectionFailure('unreachable', `the server makes no data connections of its own: ${shownReply(reply)}`);
      return this.#accepting(server);
    } catch (error) {
      server.close();
      throw error;
    }
  }

  #announcement(local: string, port: number): FtpCommand {
    const { data } = this.#settings;
    const host = data.mode === 'active' ? (data.announce ?? local) : local;
    return isIP(host) === 6
      ? { verb: 'EPRT', argument: printEprt(6, host, port) }
      : { verb: 'PORT', argument: printPort(host, port) };
  }

  async #bind(host: string): Promise<Server> {
    const { data } = this.#settings;
    const [first, last] = (data.mode === 'active' ? data.ports : undefined) ?? [0, 0];
    let failure: unknown;
    for (let port = first; port <= last; port += 1) {
      const server = createServer({ pauseOnConnect: true, noDelay: true });
      try {
        await listening(server, host, port);
        return server;
      } catch (cause) {
        failure = cause;
      }
    }
    throw connectionFailure('unreachable', `no port of ours is free for a data connection (${first} to ${last})`, {
      cause: failure,
    });
  }

  /** Whoever calls from another address than the server's is hung up on. */
  #accepting(server: Server): Coming {
    const { clock, timeouts } = this.#settings;
    const peer = peerOf(this.#control);
    const accepted = new Promise<Socket>((resolve) => {
      server.on('connection', (socket) => {
        socket.on('error', () => undefined);
        if (plainAddress(socket.remoteAddress ?? '') === peer) resolve(socket);
        else {
          this.#note(
            `a data connection from ${plainAddress(socket.remoteAddress ?? 'nobody')} is refused: it is not the server`,
          );
          socket.destroy();
        }
      });
    });
    const failure = (): FileError =>
      connectionFailure(
        'timed-out',
        `the server did not call back in ${timeouts.connectMs} ms; a firewall may be in the way: try passive mode`,
      );
    const cancel = (): void => void server.close();
    return {
      mode: 'active',
      get socket() {
        return heard(inTime(accepted, { clock, ms: timeouts.connectMs, failure }).finally(cancel));
      },
      cancel: () => {
        cancel();
        void accepted.then((socket) => socket.destroy());
      },
    };
  }
}

const listening = (server: Server, host: string, port: number): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen({ host, port, backlog: 4 }, () => {
      server.off('error', reject);
      resolve();
    });
  });

const coming = (socket: Promise<Socket>): Coming => ({
  mode: 'passive',
  socket,
  cancel: () => void socket.then((found) => found.destroy()).catch(() => undefined),
});
