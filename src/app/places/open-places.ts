/** The places of one command: each server is connected to once, and all end together. */
import { statSync } from 'node:fs';
import { basename, dirname, parse, resolve, sep } from 'node:path';
import { authority } from '../../base/authority.ts';
import { encodeName } from '../../base/name.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Place } from '../../files/copy/copy.ts';
import { FileError, type FileSystem, localFileSystem, type LocalFileSystem } from '../../files/index.ts';
import type { FtpFileSystem, FtpPowers } from '../../protocols/ftp/client/powers.ts';
import { type ConnectOptions, connectUrl, pathWithin, readUrl } from '../connect.ts';
import { isUrl, type PlaceUrl } from './place-url.ts';

export interface OpenedPlace extends Place {
  readonly where: 'here' | 'remote';
  /** Whether the name was written as that of a directory, with `/` at its end. */
  readonly written: 'as-directory' | 'as-any';
  readonly ftp?: FtpPowers | undefined;
  /** How people know another path of the same place. */
  readonly labelOf: (path: VirtualPath) => string;
  /** The directory of the login; the root on this machine. */
  readonly home: VirtualPath;
}

/** Letters that need no escape in the path of a URL. */
const PLAIN = /[A-Za-z0-9\-._~/!$&'()*+,;=:@]/;

/** A path as it stands in a URL. */
const escaped = (path: string): string =>
  [...encodeName(path)]
    .map((byte) => {
      const letter = String.fromCharCode(byte);
      return byte < 0x80 && PLAIN.test(letter) ? letter : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');

function labels({ scheme, user, host, port }: PlaceUrl, home: VirtualPath): (path: VirtualPath) => string {
  const who = user === undefined ? '' : `${encodeURIComponent(user)}@`;
  const where = port === undefined ? (host.includes(':') ? `[${host}]` : host) : authority(host, port);
  return (path) => {
    // RFC 1738 §3.2.2: what begins with a second slash begins at the root, and not where the login does.
    const isBelow = home === ROOT || path === home || path.startsWith(`${home}/`);
    const shown = home === ROOT ? path : isBelow ? path.slice(home.length) : `/${path}`;
    return `${scheme}://${who}${where}${escaped(shown === '' ? '/' : shown)}`;
  };
}

export class OpenPlaces implements AsyncDisposable {
  readonly #options: ConnectOptions;
  readonly #cwd: string;
  readonly #servers = new Map<string, Promise<FtpFileSystem>>();
  readonly #locals = new Map<string, LocalFileSystem>();

  constructor(options: ConnectOptions & { readonly cwd: string }) {
    this.#options = options;
    this.#cwd = options.cwd;
  }

  /** A place to read from, or to change by name. Paths of this machine are seen from its root. */
  async source(text: string): Promise<OpenedPlace> {
    const url = isUrl(text) ? readUrl(text) : undefined;
    if (url !== undefined && url.scheme !== 'file') return await this.#remote(url);
    const full = resolve(this.#cwd, url === undefined ? text : `/${url.path}`);
    const { root } = parse(full);
    return this.#local(root, full.slice(root.length).replaceAll(sep, '/'), text);
  }

  /**
   * A place to write to. On this machine it is seen from the folder that is named, or from the one that holds it, so that
   * no name of a peer leads out of that.
   */
  async target(text: string): Promise<OpenedPlace> {
    const url = isUrl(text) ? readUrl(text) : undefined;
    if (url !== undefined && url.scheme !== 'file') return await this.#remote(url);
    const full = resolve(this.#cwd, url === undefined ? text : `/${url.path}`);
    if (isFolder(full)) return this.#local(full, '', text);
    const above = dirname(full);
    if (!isFolder(above))
      throw new FileError('not-found', ROOT, { detail: `there is no folder ${above}; make it first` });
    return this.#local(above, basename(full), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const server of await Promise.allSettled([...this.#servers.values()]))
      if (server.status === 'fulfilled') await server.value.close();
    for (const files of this.#locals.values()) files.close();
  }

  #local(root: string, path: string, text: string): OpenedPlace {
    const files = this.#locals.get(root) ?? localFileSystem({ root });
    this.#locals.set(root, files);
    const found = pathWithin(ROOT, path);
    const labelOf = (at: VirtualPath): string => resolve(root, `.${at}`);
    return { files, path: found, label: labelOf(found), labelOf, home: ROOT, where: 'here', written: written(text) };
  }

  async #remote(url: PlaceUrl): Promise<OpenedPlace> {
    const files = await this.#server(url);
    const path = pathWithin(files.home, url.path);
    const labelOf = labels(url, files.home);
    return {
      files,
      ftp: files.ftp,
      path,
      label: labelOf(path),
      labelOf,
      home: files.home,
      where: 'remote',
      written: written(url.path),
    };
  }

  async #server(url: PlaceUrl): Promise<FtpFileSystem> {
    const { scheme, user, password, host, port } = url;
    const key = JSON.stringify([scheme, user, password, host, port]);
    const known = this.#servers.get(key) ?? connectUrl(url, this.#options);
    this.#servers.set(key, known);
    return await known;
  }
}

const written = (text: string): OpenedPlace['written'] => (/(^|\/)$/.test(text) ? 'as-directory' : 'as-any');

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
