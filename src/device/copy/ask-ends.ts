/** The questions of `copy`, in IOS's order: what the command line left open is asked for. */
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import type { Spot } from '../state/volumes.ts';
import {
  askWithDefault,
  type End,
  type EndName,
  endName,
  nameAtEnd,
  promptLevel,
  type RemoteName,
} from './endpoint.ts';

const BAD_ADDRESS = '?Host name or address not specified\n%Error parsing filename (Bad address)';
const BAD_NAME = '%Error parsing filename (Bad file name)';
const NO_DEVICE = (name: string): string => `%Error opening ${name} (No such device)`;

interface Last {
  readonly host: string;
}

/** The host of the last copy is offered again. */
const lastHosts = new WeakMap<object, Last>();

async function askHost(call: Call, end: RemoteName): Promise<RemoteName> {
  if (end.host !== '') return end;
  const last = lastHosts.get(call.system)?.host ?? '';
  const host = await askWithDefault(call, 'Address or name of remote host', last);
  if (host === '') throw new CommandRefusal(BAD_ADDRESS);
  lastHosts.set(call.system, { host });
  // IOS takes a port in a URL only; whoever tries it on one machine needs it here as well.
  const [, bare = host, port] = /^(.+):(\d{1,5})$/.exec(host) ?? [];
  const isBare = port === undefined || (bare.includes(':') && !bare.startsWith('['));
  return isBare ? { ...end, host } : { ...end, host: bare.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** SCP and SFTP ask who logs in where the command line does not say. */
async function askUser(call: Call, end: RemoteName, which: 'Source' | 'Destination'): Promise<RemoteName> {
  if ((end.scheme !== 'scp' && end.scheme !== 'sftp') || end.user !== undefined) return end;
  const fallback = call.session.user ?? 'admin';
  return { ...end, user: await askWithDefault(call, `${which} username`, fallback) };
}

async function askPath(call: Call, path: string, question: string, fallback: string): Promise<string> {
  if (path !== '') return path;
  const said = await askWithDefault(call, question, fallback);
  if (said === '') throw new CommandRefusal(BAD_NAME);
  return said;
}

function spotFor(call: Call, prefix: string, path: string): Spot {
  const spot = call.system.volumes.resolve(`${prefix}${path}`, call.session.directory);
  if (spot === undefined) throw new CommandRefusal(NO_DEVICE(`${prefix}${path}`));
  return spot;
}

function fileEnd(call: Call, prefix: string, path: string): End {
  return { kind: 'file', spot: spotFor(call, prefix, path), shown: `${prefix}${path}` };
}

/** The source, complete. */
export async function askSource(call: Call, name: EndName): Promise<End> {
  if (name.kind === 'remote') {
    const hosted = await askUser(call, await askHost(call, name), 'Source');
    return { ...hosted, path: await askPath(call, hosted.path, 'Source filename', '') };
  }
  if (name.kind === 'local') return fileEnd(call, name.prefix, await askPath(call, name.path, 'Source filename', ''));
  return name;
}

/** What a file is called at the other end, unless somebody says otherwise. */
function suggestion(call: Call, source: End, destination: EndName): string {
  if (source.kind === 'file') return nameAtEnd(source.spot.path);
  if (source.kind === 'remote') return nameAtEnd(source.path);
  if (destination.kind === 'remote') return `${call.system.hostname.toLowerCase()}-confg`;
  return source.kind;
}

/** A directory, or nothing, has been named: the file in it is still to be asked for. */
async function isDirectory(call: Call, prefix: string, path: string): Promise<boolean> {
  if (path === '') return true;
  const { volume, path: where } = spotFor(call, prefix, path);
  const entry = await volume.files.stat(where).catch(() => undefined);
  return entry?.type === 'directory';
}

/** The destination, complete. Its file name is always asked, unless `file prompt quiet`. */
export async function askDestination(call: Call, name: EndName, source: End): Promise<End> {
  const quiet = promptLevel(call) === 'quiet';
  const ask = (fallback: string): Promise<string> =>
    quiet && fallback !== '' ? Promise.resolve(fallback) : askWithDefault(call, 'Destination filename', fallback);
  const suggested = suggestion(call, source, name);
  if (name.kind === 'remote') {
    const hosted = await askUser(call, await askHost(call, name), 'Destination');
    return {
      ...hosted,
      path: await ask(hosted.path === '' || hosted.path.endsWith('/') ? `${hosted.path}${suggested}` : hosted.path),
    };
  }
  if (name.kind !== 'local') {
    await ask(name.kind);
    return name;
  }
  const within = await isDirectory(call, name.prefix, name.path);
  const folder = name.path === '' ? '' : `${name.path.replace(/\/$/, '')}/`;
  return fileEnd(call, name.prefix, await ask(within ? `${folder}${suggested}` : name.path));
}

export { endName };
