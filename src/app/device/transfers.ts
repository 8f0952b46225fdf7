/** The transfers of a virtual device: made by the protocol clients that people use, one connection for each copy. */
import { devNull } from 'node:os';
import type { OpenedTarget, TransferPort, TransferTarget } from '../../device/index.ts';
import { present } from '../../config/present.ts';
import type { ClientEvent } from '../../observe/client-event.ts';
import { connectUrl, pathWithin } from '../connect.ts';
import { openHttp } from './http-target.ts';
import type { PlaceUrl } from '../places/place-url.ts';

export interface TransferOptions {
  /** Told what is spoken on the control connections. */
  readonly observe?: (event: ClientEvent) => void;
  /** For connections and replies, as long as a device waits. */
  readonly timeoutMs?: number;
}

const DEFAULT_TIMEOUT_MS = 30_000;
/** No device reads the lists of hosts that people keep. */
const NOWHERE = devNull;

function urlOf({ scheme, host, port, user, password, path }: TransferTarget): PlaceUrl {
  return { scheme, host, port, user, password, path: path.replace(/^\//, ''), type: undefined };
}

async function open(target: TransferTarget, signal: AbortSignal, options: TransferOptions): Promise<OpenedTarget> {
  const { timeoutMs = DEFAULT_TIMEOUT_MS, observe } = options;
  if (target.scheme === 'http' || target.scheme === 'https') return openHttp(target, { timeoutMs, signal });
  const files = await connectUrl(urlOf(target), {
    signal,
    timeouts: { connectMs: timeoutMs, replyMs: timeoutMs, dataMs: timeoutMs },
    ...present('observe', observe),
    ...(target.data !== undefined && { data: { mode: target.data } }),
    // IOS sends one block at a time: this is why its TFTP is slow.
    tftp: { windowBlocks: 1, ...present('blockBytes', target.blockBytes) },
    // A device has no list of known hosts, as IOS has none.
    ssh: { unknownHost: 'trust', knownHosts: NOWHERE, config: 'none', agent: 'off', identities: [] },
  });
  return { files, path: pathWithin(files.home, target.path) };
}

export const deviceTransfers = (options: TransferOptions = {}): TransferPort => ({
  open: (target, signal) => open(target, signal, options),
});
