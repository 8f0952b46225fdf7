/** The names that TFTP clients ask for, and what they stand for: a table, and a map of rules. */
import { readFileSync } from 'node:fs';
import { ADDRESS_PLACEHOLDER, addressComponent } from '../accounts/network-rules.ts';
import { parseAddress } from '../base/cidr.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { ServeSettings } from '../config/settings.ts';
import { type NameMap, parseNameMap } from '../protocols/tftp/server/name-map.ts';

/** What turns the name of a request into that of a file; the map file is read again with each reload. */
export class TftpNames {
  readonly #settings: ServeSettings['tftp'];
  readonly #table: ReadonlyMap<string, string>;
  #map: NameMap | undefined;

  /** Throws a `ConfigurationError` for a map that cannot be read. */
  constructor({ tftp }: ServeSettings) {
    this.#settings = tftp;
    this.#table = new Map(tftp.names);
    this.reload();
  }

  /** Throws as the constructor does; the old map stays in force then. */
  reload(): void {
    const { nameMap } = this.#settings;
    if (nameMap !== undefined) this.#map = readMap(nameMap);
  }

  /** A name of the table stands for itself; what is not there goes through the map. */
  readonly of: NameMap = (name, request) => {
    const listed = this.#table.get(name) ?? this.#table.get(name.replace(/^\/+/, ''));
    if (listed !== undefined) return listed.replaceAll(ADDRESS_PLACEHOLDER, addressComponent(request.address));
    return this.#map === undefined ? name : this.#map(name, request);
  };
}

function readMap({ path, where }: NonNullable<ServeSettings['tftp']['nameMap']>): NameMap {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw new ConfigurationError([{ where, what: `${path} cannot be read (${code})` }]);
  }
  const map = parseNameMap(text, parseAddress);
  if (typeof map === 'function') return map;
  throw new ConfigurationError(map.problems.map(({ line, why }) => ({ where: `${path}:${line}`, what: why })));
}
