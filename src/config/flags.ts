/** The flags of `portcall serve`, from text to meaning. */
import { parseNetwork } from '../base/cidr.ts';
import { parseListenUrl, type ListenUrl } from './listen-url.ts';
import { isMasqueradeAddress } from './masquerade-address.ts';
import { parsePortRange, type PortRange } from './port-range.ts';
import { ConfigurationError, type Problem } from './problem.ts';
import type { TlsDemandSettings } from './serve-settings.ts';

/** As they were typed. */
export interface Flags {
  readonly config?: string | undefined;
  readonly root?: string | undefined;
  readonly user?: readonly string[] | undefined;
  readonly anonymous?: boolean | undefined;
  readonly listen?: readonly string[] | undefined;
  readonly passivePorts?: string | undefined;
  readonly masquerade?: readonly string[] | undefined;
  readonly tls?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
  readonly state?: string | undefined;
  readonly log?: string | undefined;
}

export interface UserFlag {
  readonly name: string;
  readonly password: string;
  readonly access: 'read-only' | 'read-write';
}

export interface FlagSettings {
  readonly config: string | undefined;
  readonly root: string | undefined;
  readonly users: readonly UserFlag[];
  readonly anonymous: boolean;
  readonly listen: readonly ListenUrl[];
  readonly passivePorts: PortRange | undefined;
  readonly masquerade: readonly { readonly clients: string; readonly address: string }[];
  readonly tls: TlsDemandSettings | undefined;
  readonly certificate: string | undefined;
  readonly key: string | undefined;
  readonly state: string | undefined;
  readonly log: 'text' | 'json' | undefined;
}

/** A value, or what is wrong as the end of a sentence. */
type Read<T> = { readonly value: T } | { readonly wrong: string };

const READ_ONLY_MARK = ':ro';

/** `NAME:PASSWORD[:ro]`: the name ends at the first colon, only a last `:ro` is a mark, so a password may hold colons. */
function readUser(text: string): Read<UserFlag> {
  const colon = text.indexOf(':');
  const rest = text.slice(colon + 1);
  const isReadOnly = rest.endsWith(READ_ONLY_MARK);
  const password = isReadOnly ? rest.slice(0, -READ_ONLY_MARK.length) : rest;
  // The text holds a password, so it is not repeated.
  if (colon < 1 || password === '') return { wrong: 'must be NAME:PASSWORD or NAME:PASSWORD:ro' };
  return { value: { name: text.slice(0, colon), password, access: isReadOnly ? 'read-only' : 'read-write' } };
}

function readListen(text: string): Read<ListenUrl> {
  const parsed = parseListenUrl(text);
  return typeof parsed === 'string' ? { wrong: parsed } : { value: parsed };
}

/** `ADDRESS` for all clients, `NETWORK=ADDRESS` for those of a network. */
function readMasquerade(text: string): Read<{ clients: string; address: string }> {
  const parts = text.split('=');
  const [clients = '', address = ''] = parts.length === 1 ? ['any', text] : parts;
  const isNetwork = clients === 'any' || parseNetwork(clients) !== undefined;
  if (parts.length > 2 || !isNetwork || !isMasqueradeAddress(address)) {
    return { wrong: 'must be an address such as 203.0.113.5, or NETWORK=ADDRESS such as 10.0.0.0/8=10.1.1.1' };
  }
  return { value: { clients, address } };
}

function readPorts(text: string): Read<PortRange> {
  const value = parsePortRange(text);
  return value === undefined ? { wrong: 'must be a range such as 50000-50100' } : { value };
}

const readLog = (text: string): Read<'text' | 'json'> =>
  text === 'text' || text === 'json' ? { value: text } : { wrong: 'must be text or json' };

const DEMANDS: readonly TlsDemandSettings[] = ['off', 'offered', 'login', 'data'];

function readTls(text: string): Read<TlsDemandSettings> {
  const value = DEMANDS.find((demand) => demand === text);
  return value === undefined ? { wrong: 'must be off, offered, login or data' } : { value };
}

const readPath = (text: string): Read<string> => (text === '' ? { wrong: 'must name a file' } : { value: text });

/** Reads all flags. Throws a {@link ConfigurationError} with everything that is wrong. */
export function readFlags(flags: Flags): FlagSettings {
  const problems: Problem[] = [];
  const all = <T>(flag: string, texts: readonly string[] | undefined, read: (text: string) => Read<T>): T[] =>
    (texts ?? []).flatMap((text) => {
      const result = read(text);
      if ('value' in result) return [result.value];
      problems.push({ where: flag, what: result.wrong });
      return [];
    });
  const one = <T>(flag: string, text: string | undefined, read: (text: string) => Read<T>): T | undefined =>
    all(flag, text === undefined ? [] : [text], read)[0];
  const settings: FlagSettings = {
    config: flags.config,
    root: flags.root,
    users: all('--user', flags.user, readUser),
    anonymous: flags.anonymous ?? false,
    listen: all('--listen', flags.listen, readListen),
    passivePorts: one('--passive-ports', flags.passivePorts, readPorts),
    masquerade: all('--masquerade', flags.masquerade, readMasquerade),
    tls: one('--tls', flags.tls, readTls),
    certificate: one('--certificate', flags.certificate, readPath),
    key: one('--key', flags.key, readPath),
    state: flags.state,
    log: one('--log', flags.log, readLog),
  };
  if (flags.key !== undefined && flags.certificate === undefined)
    problems.push({ where: '--key', what: 'is of no use without --certificate' });
  if (problems.length > 0) throw new ConfigurationError(problems);
  return settings;
}
