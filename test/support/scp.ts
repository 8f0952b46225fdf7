/** Both ends of SCP without a network: a server in memory, and a peer whose every byte a test writes down. */
import assert from 'node:assert/strict';
import { Transform } from 'node:stream';
import type { Account } from '../../src/accounts/account.ts';
import type { Admitted, Refused } from '../../src/accounts/admission.ts';
import { type AccessLevel, permissionsOf } from '../../src/accounts/permission.ts';
import { permitted } from '../../src/accounts/permitted.ts';
import { systemClock } from '../../src/base/clock.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../src/base/virtual-path.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import { SessionActivity } from '../../src/observe/session-activity.ts';
import { isHashCommand, serveHashCommand } from '../../src/protocols/scp/server/hash-commands.ts';
import { serveScp } from '../../src/protocols/scp/server/serve-scp.ts';
import type { ScpLimits, ScpSession } from '../../src/protocols/scp/server/session-options.ts';
import type { RemoteProgram, ServedChannel } from '../../src/protocols/ssh/channel/byte-channel.ts';
import { StreamChannel } from '../../src/protocols/ssh/channel/stream-channel.ts';
import { within } from './wait.ts';

export const at = (path: string): VirtualPath => resolvePath(ROOT, path) ?? ROOT;

/** One end, byte by byte; each is one character of the texts. */
export class RawEnd {
  readonly channel: StreamChannel;
  #held = Buffer.alloc(0);

  constructor(channel: StreamChannel) {
    this.channel = channel;
  }

  send(bytes: string | Uint8Array): Promise<void> {
    return this.channel.write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes);
  }

  /** The very next bytes must be these. */
  async expect(text: string): Promise<void> {
    assert.equal((await this.take(text.length, JSON.stringify(text))).toString('latin1'), text);
  }

  async take(count: number, what = `${count} bytes`): Promise<Buffer> {
    while (this.#held.length < count) {
      const piece = await within(this.channel.read(), what);
      if (piece === undefined) break;
      this.#held = Buffer.concat([this.#held, piece]);
    }
    const taken = this.#held.subarray(0, count);
    this.#held = this.#held.subarray(count);
    return taken;
  }

  /** Nothing more comes. */
  async expectEnd(): Promise<void> {
    assert.equal((await this.take(1_000_000_000, 'the end')).toString('latin1'), '');
  }

  async rest(): Promise<string> {
    return (await this.take(1_000_000_000, 'the end')).toString('latin1');
  }
}

/** Copies what passes, for whoever wrote it may use its buffer again. */
const pipe = (): Transform =>
  new Transform({ transform: (bytes: Uint8Array, _encoding, done) => done(null, Buffer.from(bytes)) });

function twoEnds(): readonly [StreamChannel, StreamChannel] {
  const [there, back] = [pipe(), pipe()];
  return [
    new StreamChannel({ incoming: back, outgoing: there }),
    new StreamChannel({ incoming: there, outgoing: back }),
  ];
}

export interface ServeOptions {
  readonly access?: AccessLevel;
  readonly account?: Partial<Account>;
  readonly startDirectory?: string;
  readonly limits?: Partial<ScpLimits>;
  readonly signal?: AbortSignal;
  readonly beginTransfer?: () => Admitted | Refused;
}

export interface ServedRun {
  readonly client: RawEnd;
  readonly events: readonly ServerEvent[];
  readonly complaints: readonly string[];
  /** The exit status, when the server has ended; `undefined` for none. */
  readonly ended: Promise<number | undefined>;
}

function sessionFor(files: FileSystem, events: ServerEvent[], options: ServeOptions): ScpSession {
  const permissions = options.account?.permissions ?? permissionsOf('read-write');
  return {
    account: { name: 'ann', files: permitted(files, permissions), permissions, anonymous: false, ...options.account },
    origin: { protocol: 'scp', session: 's1', peer: '192.0.2.1:50000' },
    observe: (event) => void events.push(event),
    clock: systemClock,
    activity: new SessionActivity(systemClock),
    uploadOwner: 'ann',
    access: options.access ?? 'read-write',
    startDirectory: at(options.startDirectory ?? '/'),
    beginTransfer: options.beginTransfer ?? (() => ({ outcome: 'admitted', leave: () => undefined })),
    signal: options.signal ?? new AbortController().signal,
    ...(options.limits === undefined ? {} : { limits: options.limits }),
  };
}

/** Serves one command of a client. */
export function serveCommand(files: FileSystem, command: string, options: ServeOptions = {}): ServedRun {
  const [near, far] = twoEnds();
  const events: ServerEvent[] = [];
  const complaints: string[] = [];
  let status: number | undefined;
  const served: ServedChannel = {
    read: () => near.read(),
    write: (bytes) => near.write(bytes),
    end: () => near.end(),
    destroy: () => near.destroy(),
    complain: (text) => void complaints.push(text),
    exit(told) {
      status = told;
      near.end();
    },
  };
  const serve = isHashCommand(command) ? serveHashCommand : serveScp;
  const ended = within(serve(served, command, sessionFor(files, events, options)), 'the server').then(() => status);
  return { client: new RawEnd(far), events, complaints, ended };
}

export interface Played {
  /** What the test says as the server. */
  readonly server: (end: RawEnd, command: string) => Promise<void>;
  readonly complaints?: string;
  /** None unless told, as with devices. */
  readonly status?: number;
}

/** An `exec` whose programs a test plays. The channel ends when the play does. */
export function playedExec(plays: Played): {
  readonly exec: (command: Uint8Array) => Promise<RemoteProgram>;
  readonly commands: readonly string[];
  /** Rejects with what a play has found wrong. */
  readonly played: () => Promise<unknown>;
} {
  const commands: string[] = [];
  const running: Promise<void>[] = [];
  return {
    commands,
    played: () => Promise.all(running),
    async exec(bytes) {
      const command = Buffer.from(bytes).toString('latin1');
      commands.push(command);
      const [near, far] = twoEnds();
      const end = new RawEnd(far);
      const play = plays.server(end, command).finally(() => far.end());
      play.catch(() => undefined);
      running.push(play);
      return programOn(near, { complaints: plays.complaints ?? '', exited: play.then(() => plays.status) });
    },
  };
}

function programOn(
  channel: StreamChannel,
  { complaints, exited }: { readonly complaints: string; readonly exited: Promise<number | undefined> },
): RemoteProgram {
  return {
    read: () => channel.read(),
    write: (bytes) => channel.write(bytes),
    end: () => channel.end(),
    destroy: () => channel.destroy(),
    complaints: Buffer.from(complaints, 'latin1'),
    exited: exited.catch(() => undefined),
  };
}

/** An `exec` that our own server answers. */
export function servedExec(
  files: FileSystem,
  options: ServeOptions = {},
): (command: Uint8Array) => Promise<RemoteProgram> {
  return async (bytes) => {
    const run = serveCommand(files, Buffer.from(bytes).toString('utf8'), options);
    return programOn(run.client.channel, { complaints: '', exited: run.ended });
  };
}

export async function putFile(files: FileSystem, path: string, content: string | Uint8Array): Promise<void> {
  const upload = await files.openUpload(at(path));
  await upload.write(typeof content === 'string' ? Buffer.from(content, 'latin1') : content, 0);
  await upload.commit();
}

export async function readFile(files: FileSystem, path: string): Promise<Buffer> {
  await using reader = await files.openReader(at(path));
  const parts: Buffer[] = [];
  for (let position = 0; ;) {
    const buffer = Buffer.alloc(64 * 1024);
    const count = await reader.read(buffer, position);
    if (count === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, count));
    position += count;
  }
}
