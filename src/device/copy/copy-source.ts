/** The source of a copy, opened: what it announces on the screen, and how its bytes are had. */
import type { FileError } from '../../files/index.ts';
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import type { OpenedTarget } from '../ports.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { readText, type Spot, spotText } from '../state/volumes.ts';
import { type End, nameAtEnd, type RemoteName, remoteText } from './endpoint.ts';
import { asFileError, sayingOf } from './failure.ts';
import { type Marks, textReader } from './move-bytes.ts';
import { openTarget, packetBytesOf, viaText, withCredentials } from './reach.ts';

export interface Source extends AsyncDisposable {
  readonly read: (into: Uint8Array, positionBytes: number) => Promise<number>;
  readonly sizeBytes: number | undefined;
  /** What error messages call it. */
  readonly shown: string;
  readonly marks: Marks;
}

const nothingToClose = (): Promise<void> => Promise.resolve();

function fromText(text: string, shown: string): Source {
  const reader = textReader(text);
  return { ...reader, shown, marks: { mark: '', packetBytes: 512 }, [Symbol.asyncDispose]: nothingToClose };
}

async function fromSpot(spot: Spot): Promise<Source> {
  const reader = await spot.volume.files.openReader(spot.path);
  return {
    read: (into, position) => reader.read(into, position),
    sizeBytes: reader.entry.sizeBytes,
    shown: spotText(spot),
    marks: { mark: 'C', packetBytes: 6_400 },
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

/** As the messages of the device have it: newer ones show that somebody logs in, and not who. */
export function shownUrl({ system }: Call, name: RemoteName): string {
  const hidesLogin = system.platform.style === 'isr-xe' && (name.scheme === 'ftp' || name.scheme === 'scp');
  const url = remoteText(name);
  return hidesLogin && name.password !== undefined ? url.replace('://', '://*:*@') : url;
}

const ADDRESS = /^[\d.]+$|:/;

/** What is said of a server that could not be reached, or has no such file. */
export const reachSaying = (failure: FileError, { host }: RemoteName): string =>
  failure.kind === 'unreachable' && !ADDRESS.test(host) ? 'Invalid IP address or hostname' : sayingOf(failure);

/** What stands before the marks: each protocol has its own words, and SCP those of the program at the other end. */
function beginningOf(call: Call, name: RemoteName, sizeBytes: number | undefined): string {
  const file = nameAtEnd(name.path);
  if (name.scheme === 'scp') return ` Sending file modes: C0644 ${sizeBytes ?? 0} ${file}\n`;
  if (name.scheme === 'tftp') return `\nLoading ${file} from ${name.host} ${viaText(call)}: `;
  const isOnePacket = sizeBytes !== undefined && sizeBytes <= packetBytesOf(call, name);
  return name.scheme === 'ftp' && isOnePacket ? '' : `\nLoading ${file} `;
}

/** Whether a server has the file at all: nothing is erased for one that is not there. */
async function findRemote(call: Call, name: RemoteName): Promise<void> {
  const { files, path } = await openTarget(call, name);
  try {
    const reader = await files.openReader(path);
    await reader.close();
  } finally {
    await files.close();
  }
}

async function fromRemote(call: Call, asked: RemoteName, before?: () => Promise<void>): Promise<Source> {
  const { session } = call;
  const url = shownUrl(call, asked);
  const name = await withCredentials(call, asked);
  if (name.scheme !== 'scp') await session.write(`Accessing ${url}...`);
  let opened: OpenedTarget | undefined;
  try {
    if (before !== undefined) {
      await findRemote(call, name);
      await session.write(name.scheme === 'scp' ? '' : '\n');
      await before();
    }
    opened = await openTarget(call, name);
    const { files, path } = opened;
    const reader = await files.openReader(path);
    const { entry } = reader;
    const sizeBytes = entry.sizeIs === 'unknown' ? undefined : entry.sizeBytes;
    const beginning = beginningOf(call, name, sizeBytes);
    await session.write(before === undefined ? beginning : beginning.replace(/^\n/, ''));
    return {
      read: (into, position) => reader.read(into, position),
      sizeBytes,
      shown: url,
      marks: { mark: '!', packetBytes: packetBytesOf(call, name) },
      async [Symbol.asyncDispose]() {
        await reader.close();
        await files.close();
      },
    };
  } catch (error) {
    await opened?.files.close();
    throw openingRefusal(name, url, asFileError(error));
  }
}

function openingRefusal(name: RemoteName, url: string, failure: FileError): CommandRefusal {
  const saying = reachSaying(failure, name);
  const dots = saying === 'Timed out' ? '.....' : '';
  const end = name.scheme === 'scp' ? '' : `${dots}\n`;
  return new CommandRefusal(`${end}%Error opening ${url} (${saying})`);
}

/**
 * Opens the source of a copy. `before` is done when it is known to be there, and before any of it is read. Throws a
 * `CommandRefusal`.
 */
export async function openSource(call: Call, end: End, before?: () => Promise<void>): Promise<Source> {
  if (end.kind === 'remote') return await fromRemote(call, end, before);
  await before?.();
  return await openLocal(call, end);
}

async function openLocal(call: Call, end: Exclude<End, { kind: 'remote' }>): Promise<Source> {
  const { system } = call;
  if (end.kind === 'running-config') return fromText(system.configurationText(), 'system:/running-config');
  if (end.kind === 'startup-config') {
    const text = await readText(system.volumes.nvram.files, STARTUP_CONFIG);
    if (text === undefined)
      throw new CommandRefusal('%Error opening nvram:/startup-config (No such file or directory)');
    return fromText(text, 'nvram:/startup-config');
  }
  try {
    return await fromSpot(end.spot);
  } catch (error) {
    throw new CommandRefusal(`%Error opening ${spotText(end.spot)} (${sayingOf(asFileError(error))})`);
  }
}
