/** The places of one command: each server is connected to once, and all end together. */
import { statSync } from 'node:fs';
import { basename, dirname, parse, resolve, sep } from 'node:path';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { ConfigurationError } from '../../config/problem.ts';
import type { Place } from '../../files/copy/copy.ts';
import { FileError, type FileSystem, localFileSystem, type LocalFileSystem } from '../../files/index.ts';
import { decodePath, encodedNames, encodePath } from '../../files/wrap/encoded-names.ts';
import type { FtpPowers } from '../../protocols/ftp/client/powers.ts';
import { type ConnectOptions, connectUrl, fileOf, type OpenedServer, pathWithin, readUrl } from '../connect.ts';
import { escapedPath, isUrl, originText, type PlaceUrl } from './place-url.ts';

export interface OpenedPlace extends Place {
  readonly where: 'here' | 'remote';
  /** Whether the name was written as that of a directory, with `/` at its end, or of what is in it, as `.` and `..` are. */
  readonly written: 'as-directory' | 'as-contents' | 'as-any';
  readonly ftp?: FtpPowers | undefined;
  /** What the URL asks for: `;type=a` is text, which the server translates. */
  readonly type?: 'ascii' | 'image' | undefined;
  /** How people know another path of the same place. */
  readonly labelOf: (path: VirtualPath) => string;
  /** The directory of the login; the root on this machine. */
  readonly home: VirtualPath;
}

/** What another name for a place stands for. */
export interface Marked {
  readonly url: PlaceUrl;
  /** How to connect there, if not as everywhere. Two with the same options share their connections. */
  readonly options: ConnectOptions;
}

/** Whether control characters in names on this machine are written as `%1B`. */
export type Names = 'encoded' | 'raw';

/** Knows what `name:path` stands for; `undefined` where it is no such name. */
export type ResolveMark = (text: string) => Promise<Marked | undefined>;

function labels(url: PlaceUrl, home: VirtualPath): (path: VirtualPath) => string {
  const prefix = originText(url);
  return (path) => {
    // RFC 1738 §3.2.2: what begins with a second slash begins at the root, and not where the login does.
    const isBelow = home === ROOT || path === home || path.startsWith(`${home}/`);
    const shown = home === ROOT ? path : isBelow ? path.slice(home.length) : `/${path}`;
    return `${prefix}${escapedPath(shown === '' ? '/' : shown)}`;
  };
}

/** Over SSH most people expect that a path is one of the whole machine, as it is in `sftp host:/etc/x`. */
function rootHint({ scheme, path }: PlaceUrl, home: VirtualPath, origin: string): string | undefined {
  const isRelative = path !== '' && !path.startsWith('/');
  // Nobody tells over SCP where the login begins, and its root stands for that.
  const isElsewhere = scheme === 'scp' || (scheme === 'sftp' && home !== ROOT);
  if (!isRelative || !isElsewhere) return undefined;
  return `after one slash a path begins where the login does; ${origin}//${escapedPath(path)} begins at the root`;
}

export class OpenPlaces implements AsyncDisposable {
  readonly #options: ConnectOptions;
  readonly #cwd: string;
  readonly #resolve: ResolveMark;
  readonly #servers = new Map<ConnectOptions, Map<string, Promise<OpenedServer>>>();
  readonly #locals = new Map<string, LocalFileSystem>();
  /** By what people call a place. */
  readonly #hints = new Map<string, string>();

  constructor(options: ConnectOptions & { readonly cwd: string }, resolve: ResolveMark = unmarked) {
    this.#options = options;
    this.#cwd = options.cwd;
    this.#resolve = resolve;
  }

  /** A place to read from, or to change by name. Paths of this machine are seen from its root, names as they are. */
  async source(text: string, names: Names = 'raw'): Promise<OpenedPlace> {
    const { url, options } = await this.#read(text);
    if (url !== undefined && url.scheme !== 'file') return await this.#remote(url, options);
    const full = resolve(this.#cwd, url === undefined ? text : fileOf(url));
    const { root } = parse(full);
    return this.#local(root, full.slice(root.length).replaceAll(sep, '/'), text, names);
  }

  /**
   * A place to write to. On this machine it is seen from the folder that is named, or from the one that holds it, so that
   * no name of a peer leads out of that; control characters in such names are written as `%1B`, unless names are `raw`.
   */
  async target(text: string, names: Names = 'encoded'): Promise<OpenedPlace> {
    const { url, options } = await this.#read(text);
    if (url !== undefined && url.scheme !== 'file') return await this.#remote(url, options);
    const full = resolve(this.#cwd, url === undefined ? text : fileOf(url));
    if (isFolder(full)) return this.#local(full, '', text, names);
    const above = dirname(full);
    if (!isFolder(above))
      throw new FileError('not-found', ROOT, { detail: `there is no folder ${above}; make it first` });
    return this.#local(above, basename(full), text, names);
  }

  /** What may help where a sentence says that nothing is at one of these places. */
  hintFor(sentence: string): string | undefined {
    for (const [label, hint] of this.#hints) if (sentence.includes(label)) return hint;
    return undefined;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const servers = [...this.#servers.values()].flatMap((byUrl) => [...byUrl.values()]);
    for (const server of await Promise.allSettled(servers))
      if (server.status === 'fulfilled') await server.value.close();
    for (const files of this.#locals.values()) files.close();
  }

  #local(root: string, path: string, text: string, names: Names): OpenedPlace {
    // As of all clients: the system chooses when it writes. What is worth resuming is forced to the disk by the copy.
    const disk = this.#locals.get(root) ?? localFileSystem({ root, flush: 'never' });
    this.#locals.set(root, disk);
    const typed = pathWithin(ROOT, path);
    // What the user typed means itself, whatever is done to names of peers.
    const [found, isEncoded] = [decodePath(typed), names === 'encoded' && encodePath(decodePath(typed)) === typed];
    const labelOf = (at: VirtualPath): string => resolve(root, `.${isEncoded ? encodePath(at) : at}`);
    const files = isEncoded ? encodedNames(disk) : disk;
    const place = isEncoded ? found : typed;
    return { files, path: place, label: labelOf(place), labelOf, home: ROOT, where: 'here', written: written(text) };
  }

  /** Nothing is no name: a variable of a script was empty, and the working directory is not what it meant. */
  async #read(text: string): Promise<{ readonly url: PlaceUrl | undefined; readonly options: ConnectOptions }> {
    if (text === '') throw new ConfigurationError([{ where: "''", what: 'an empty name; the working directory is .' }]);
    if (isUrl(text)) return { url: readUrl(text), options: this.#options };
    return (await this.#resolve(text)) ?? { url: undefined, options: this.#options };
  }

  async #remote(url: PlaceUrl, options: ConnectOptions): Promise<OpenedPlace> {
    const files = await this.#server(url, options);
    const path = pathWithin(files.home, url.path);
    const labelOf = labels(url, files.home);
    const hint = rootHint(url, files.home, originText(url));
    if (hint !== undefined) this.#hints.set(labelOf(path), hint);
    return {
      files,
      ftp: files.ftp,
      type: files.ftp === undefined ? undefined : url.type,
      path,
      label: labelOf(path),
      labelOf,
      home: files.home,
      where: 'remote',
      written: written(url.path),
    };
  }

  /** One for each server and login, while the options are the same. */
  async #server(url: PlaceUrl, options: ConnectOptions): Promise<OpenedServer> {
    const { scheme, user, password, host, port } = url;
    const byUrl = this.#servers.get(options) ?? new Map<string, Promise<OpenedServer>>();
    this.#servers.set(options, byUrl);
    // TFTP and SCP have no session: what holds for each file is part of the connection.
    const perFile = scheme === 'tftp' || scheme === 'scp' ? [url.type, url.path.startsWith('/')] : [];
    const key = JSON.stringify([scheme, user, password, host, port, ...perFile]);
    const known = byUrl.get(key) ?? connectUrl(url, options);
    byUrl.set(key, known);
    return await known;
  }
}

const unmarked: ResolveMark = () => Promise.resolve(undefined);

function written(text: string): OpenedPlace['written'] {
  if (/(^|\/)\.\.?\/?$/.test(text)) return 'as-contents';
  return /(^|\/)$/.test(text) ? 'as-directory' : 'as-any';
}

const isFolder = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;

/** A name below a directory of a place. */
export function below(place: OpenedPlace, name: string): OpenedPlace {
  const path = resolvePath(place.path, name);
  if (path === undefined) throw new FileError('bad-name', place.path);
  return at(place, path);
}

export const at = (place: OpenedPlace, path: VirtualPath): OpenedPlace => ({
  ...place,
  path,
  label: place.labelOf(path),
});

/** Whether the two are the same file system, so that a rename works between them. */
export const isSamePlace = (one: { readonly files: FileSystem }, other: { readonly files: FileSystem }): boolean =>
  one.files === other.files;
