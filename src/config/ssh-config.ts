/**
 * `~/.ssh/config` and `/etc/ssh/ssh_config`: what they say for one host, as OpenSSH reads them (ssh_config(5)).
 *
 * The first value of a keyword counts. Nothing is run: blocks of `Match exec` are passed over, and a ProxyCommand is told of.
 */
import { matchesPatternList } from '../base/pattern-list.ts';
import { present } from './present.ts';
import { configLines, type ConfigLine, type ConfigPlace, type ConfigProblem } from './ssh/config-line.ts';
import { type Matched, matchHostLine, matchMatchLine } from './ssh/conditions.ts';
import { expandFile, expandTokens, type Expansion } from './ssh/expand.ts';
import { type Jump, parseJumps } from './ssh/jump.ts';
import { isUnused, KEYWORDS, readValues, settingName } from './ssh/keywords.ts';

export interface SshConfigFile {
  readonly file: string;
  readonly text: string;
  /** In a system's file `~` in Include means nobody, and relative names begin elsewhere: the reader knows. */
  readonly scope: 'user' | 'system';
}

export interface SshConfigRequest {
  /** As it was asked for. */
  readonly host: string;
  /** What was asked for goes before what files say. */
  readonly port?: number | undefined;
  readonly user?: string | undefined;
  readonly localUser: string;
  readonly localHost: string;
  readonly home: string;
  readonly variable: Expansion['variable'];
  /** In the order in which they are read: the user's own first. */
  readonly files: readonly SshConfigFile[];
  /** The files that an Include names, which may be a pattern. Throws for those that cannot be read. */
  readonly include: (pattern: string, scope: SshConfigFile['scope']) => readonly SshConfigFile[];
}

export interface SshSetting {
  readonly values: readonly string[];
  readonly place?: ConfigPlace;
}

export interface SshConfig {
  readonly hostName: string;
  readonly port: number;
  readonly user: string;
  /** `default`: those that OpenSSH looks for when no file names any; they may be missing. */
  readonly identityFiles: { readonly from: 'default' | 'config'; readonly files: readonly string[] };
  readonly identitiesOnly: 'yes' | 'no';
  /** A socket; `none` for no agent; absent for the one of the environment. */
  readonly identityAgent?: string;
  readonly proxyJump: readonly Jump[];
  readonly userKnownHostsFiles: readonly string[];
  readonly globalKnownHostsFiles: readonly string[];
  readonly strictHostKeyChecking: 'yes' | 'no' | 'ask' | 'accept-new';
  readonly hostKeyAlias?: string;
  readonly hashKnownHosts: 'yes' | 'no';
  /** As they are written, with `+`, `-` or `^` before a list that changes the one of the transport. */
  readonly algorithms: {
    readonly hostKey?: string;
    readonly kex?: string;
    readonly ciphers?: string;
    readonly macs?: string;
    readonly publicKey?: string;
  };
  readonly compression: 'yes' | 'no';
  readonly batchMode: 'yes' | 'no';
  readonly preferredAuthentications?: readonly string[];
  readonly connectTimeoutSeconds?: number;
  /** 0: none are sent. */
  readonly serverAliveIntervalSeconds: number;
  readonly serverAliveCountMax: number;
  /** Whole sentences: what was asked for and is not done. */
  readonly warnings: readonly string[];
  /** Lines that make no sense: the connection should not be made. */
  readonly problems: readonly ConfigProblem[];
}

const MAX_DEPTH = 16;
const MAX_IDENTITY_FILES = 100;
const MAX_LINES = 100_000;

/** A name has no capitals; the zone of an address may (RFC 4007 §11). */
const inSmall = (host: string): string => host.replace(/^[^%]*/, (name) => name.toLowerCase());

/** What is known while files are read. */
class Reading {
  readonly settings = new Map<string, SshSetting>();
  readonly warnings = new Set<string>();
  readonly problems: ConfigProblem[] = [];
  readonly #request: SshConfigRequest;
  #pass: 'first' | 'final' = 'first';
  #wantsFinal = false;
  #ignored = '';
  #lines = 0;

  constructor(request: SshConfigRequest) {
    this.#request = request;
    if (request.port !== undefined) this.settings.set('port', { values: [String(request.port)] });
    if (request.user !== undefined) this.settings.set('user', { values: [request.user] });
  }

  /** Reads all files, and once more when a `Match final` wants it. */
  run(): void {
    for (const file of this.#request.files) this.#read(file, 0);
    if (!this.#wantsFinal) return;
    this.settings.set('hostname', { values: [inSmall(this.hostName())] });
    this.#pass = 'final';
    for (const file of this.#request.files) this.#read(file, 0);
  }

  first(name: string): string | undefined {
    return this.settings.get(name)?.values[0];
  }

  /** What HostName has made of the name so far. */
  hostName(): string {
    const { host } = this.#request;
    const asked = this.first('hostname');
    if (asked === undefined || this.#pass === 'final') return asked ?? host;
    return expandTokens(asked, new Map([['h', host]])) ?? asked;
  }

  #read({ file, text, scope }: SshConfigFile, depth: number): void {
    let isActive = true;
    for (const line of configLines(text, file)) {
      this.#lines += 1;
      if (this.#lines > MAX_LINES) throw new RangeError(`${file}: there are more than ${MAX_LINES} lines`);
      if ('what' in line) this.#blame(line, line.what);
      else if (line.keyword === 'host' || line.keyword === 'match') isActive = this.#opens(line);
      else if (line.keyword === 'include') {
        if (isActive) this.#include(line, { scope, depth });
      } else this.#set(line, isActive);
    }
  }

  #blame({ file, line }: ConfigPlace, what: string): void {
    if (this.#pass === 'first') this.problems.push({ file, line, what });
  }

  #opens(line: ConfigLine): boolean {
    const matched: Matched =
      line.keyword === 'host'
        ? matchHostLine(line.words, this.#hostOfBlocks())
        : matchMatchLine(line.words, this.#subject());
    if (matched.problem !== undefined) this.#blame(line, matched.problem);
    if (matched.warning !== undefined) this.warnings.add(`${line.file}:${line.line}: ${matched.warning}`);
    if (matched.wantsFinal === true) this.#wantsFinal = true;
    return matched.active && matched.problem === undefined;
  }

  /** Host means what was asked for, and in the final pass what has become of it. */
  #hostOfBlocks(): string {
    return this.#pass === 'final' ? this.hostName() : this.#request.host;
  }

  #subject(): Parameters<typeof matchMatchLine>[1] {
    const { host, localUser } = this.#request;
    return {
      host: this.hostName(),
      originalHost: host,
      user: this.first('user') ?? localUser,
      localUser,
      pass: this.#pass,
    };
  }

  #include(
    line: ConfigLine,
    { scope, depth }: { readonly scope: SshConfigFile['scope']; readonly depth: number },
  ): void {
    if (depth >= MAX_DEPTH) {
      this.#blame(line, `includes files more than ${MAX_DEPTH} deep`);
      return;
    }
    for (const pattern of line.words) {
      let files: readonly SshConfigFile[];
      try {
        files = this.#request.include(pattern, scope);
      } catch (cause) {
        this.#blame(line, `cannot include ${pattern}: ${cause instanceof Error ? cause.message : String(cause)}`);
        continue;
      }
      for (const file of files) this.#read(file, depth + 1);
    }
  }

  #set(line: ConfigLine, isActive: boolean): void {
    if (line.keyword === 'ignoreunknown') {
      if (isActive && this.#ignored === '') this.#ignored = line.words[0] ?? '';
      return;
    }
    const name = settingName(line.keyword);
    const row = KEYWORDS.get(name);
    const values = row === undefined ? undefined : readValues(row, line);
    if (values === undefined) this.#passOver(line);
    else if (typeof values === 'string') this.#blame(line, values);
    else if (isActive) this.#keep(name, { values, place: line });
  }

  #keep(name: string, setting: SshSetting): void {
    const known = this.settings.get(name);
    if (setting.values[0] === KEYWORDS.get(name)?.unset) return;
    if (KEYWORDS.get(name)?.gathers === true) {
      const values = [...new Set([...(known?.values ?? []), ...setting.values])];
      if (values.length <= MAX_IDENTITY_FILES) this.settings.set(name, { ...setting, values });
      else
        this.warnings.add(
          `${placeText(setting.place)}there are more than ${MAX_IDENTITY_FILES} files of keys, and the rest is not looked at`,
        );
    } else if (known === undefined && !this.#isProxied(name)) this.settings.set(name, setting);
  }

  /** Of ProxyJump and ProxyCommand the first counts, whichever it is. */
  #isProxied(name: string): boolean {
    return (
      (name === 'proxyjump' || name === 'proxycommand') &&
      (this.settings.has('proxyjump') || this.settings.has('proxycommand'))
    );
  }

  #passOver({ file, line, keyword }: ConfigLine): void {
    if (isUnused(keyword) || matchesPatternList(keyword, this.#ignored.toLowerCase())) return;
    this.warnings.add(`${file}:${line}: ${keyword} is not known and passed over`);
  }
}

const placeText = (place: ConfigPlace | undefined): string =>
  place === undefined ? '' : `${place.file}:${place.line}: `;

/** What `%h` and the others stand for (ssh_config(5), TOKENS); `%C` and `%i` do not occur in names of keys. */
function tokensOf(reading: Reading, request: SshConfigRequest, host: string): ReadonlyMap<string, string> {
  const port = reading.first('port') ?? '22';
  const user = reading.first('user') ?? request.localUser;
  const { localHost, localUser, home } = request;
  return new Map([
    ['d', home],
    ['h', host],
    ['j', reading.first('proxyjump') ?? ''],
    ['k', reading.first('hostkeyalias') ?? host],
    ['L', localHost.split('.', 1)[0] ?? ''],
    ['l', localHost],
    ['n', request.host],
    ['p', port],
    ['r', user],
    ['u', localUser],
  ]);
}

const DEFAULT_IDENTITIES = ['~/.ssh/id_rsa', '~/.ssh/id_ecdsa', '~/.ssh/id_ed25519'];
const DEFAULT_KNOWN_HOSTS = ['~/.ssh/known_hosts', '~/.ssh/known_hosts2'];
const DEFAULT_GLOBAL_KNOWN_HOSTS = ['/etc/ssh/ssh_known_hosts', '/etc/ssh/ssh_known_hosts2'];

const isNone = (value: string): boolean => value.toLowerCase() === 'none';

/** Names of files as they are on this machine; those that cannot be known become warnings. */
function filesOf(
  reading: Reading,
  name: string,
  { expansion, unless }: { readonly expansion: Expansion; readonly unless: readonly string[] },
): readonly string[] {
  const setting = reading.settings.get(name);
  return (setting?.values ?? unless)
    .filter((value) => !isNone(value))
    .flatMap((value) => {
      const file = expandFile(value, expansion);
      if (file === undefined)
        reading.warnings.add(
          `${placeText(setting?.place)}${name} ${value} holds something that is not known, and is passed over`,
        );
      return file ?? [];
    });
}

/** `SSH_AUTH_SOCK` is the environment's own, as is nothing; `$NAME` is a variable's. */
function agentOf(reading: Reading, expansion: Expansion): string | undefined {
  const value = reading.first('identityagent');
  if (value === undefined || value === 'SSH_AUTH_SOCK') return undefined;
  if (isNone(value)) return 'none';
  if (/^\$[A-Za-z_]\w*$/.test(value)) return expansion.variable(value.slice(1)) ?? 'none';
  const [file] = filesOf(reading, 'identityagent', { expansion, unless: [] });
  return file ?? 'none';
}

/** What was asked for and cannot be had becomes a sentence. */
function tellUnsupported(reading: Reading): void {
  const command = reading.settings.get('proxycommand');
  if (command !== undefined && !isNone(command.values[0] ?? ''))
    reading.warnings.add(`${placeText(command.place)}ProxyCommand is not run here; use ProxyJump instead`);
  const certificates = reading.settings.get('certificatefile');
  if (certificates !== undefined && !certificates.values.every(isNone))
    reading.warnings.add(
      `${placeText(certificates.place)}CertificateFile is not used here: logins are made with the keys alone`,
    );
  if (reading.first('stricthostkeychecking') === 'no')
    reading.warnings.add(
      `${placeText(reading.settings.get('stricthostkeychecking')?.place)}StrictHostKeyChecking no is taken for accept-new: a changed key is refused`,
    );
}

function algorithmsOf(reading: Reading): SshConfig['algorithms'] {
  return {
    ...present('hostKey', reading.first('hostkeyalgorithms')),
    ...present('kex', reading.first('kexalgorithms')),
    ...present('ciphers', reading.first('ciphers')),
    ...present('macs', reading.first('macs')),
    ...present('publicKey', reading.first('pubkeyacceptedalgorithms')),
  };
}

const flagOf = (reading: Reading, name: string): 'yes' | 'no' => (reading.first(name) === 'yes' ? 'yes' : 'no');

const secondsOf = (reading: Reading, name: string): number | undefined => {
  const value = reading.first(name);
  return value === undefined || value === 'none' ? undefined : Number(value);
};

const isStrictness = (text: string): text is SshConfig['strictHostKeyChecking'] =>
  ['yes', 'no', 'ask', 'accept-new'].includes(text);

function trustOf(
  reading: Reading,
  expansion: Expansion,
): Pick<
  SshConfig,
  'userKnownHostsFiles' | 'globalKnownHostsFiles' | 'strictHostKeyChecking' | 'hostKeyAlias' | 'hashKnownHosts'
> {
  const strictness = reading.first('stricthostkeychecking') ?? 'ask';
  return {
    userKnownHostsFiles: filesOf(reading, 'userknownhostsfile', { expansion, unless: DEFAULT_KNOWN_HOSTS }),
    globalKnownHostsFiles: filesOf(reading, 'globalknownhostsfile', { expansion, unless: DEFAULT_GLOBAL_KNOWN_HOSTS }),
    strictHostKeyChecking: isStrictness(strictness) ? strictness : 'ask',
    ...present('hostKeyAlias', reading.first('hostkeyalias')),
    hashKnownHosts: flagOf(reading, 'hashknownhosts'),
  };
}

/** Resolves what files say for a host. Throws a `RangeError` for more lines than anybody writes; all else is told in the answer. */
export function resolveSshConfig(request: SshConfigRequest): SshConfig {
  const reading = new Reading(request);
  reading.run();
  const hostName = inSmall(reading.hostName());
  const expansion = { tokens: tokensOf(reading, request, hostName), home: request.home, variable: request.variable };
  tellUnsupported(reading);
  const config = {
    hostName,
    port: Number(reading.first('port') ?? 22),
    user: reading.first('user') ?? request.localUser,
    identityFiles: {
      from: reading.settings.has('identityfile') ? ('config' as const) : ('default' as const),
      files: filesOf(reading, 'identityfile', { expansion, unless: DEFAULT_IDENTITIES }),
    },
    identitiesOnly: flagOf(reading, 'identitiesonly'),
    ...present('identityAgent', agentOf(reading, expansion)),
    proxyJump: parseJumps(reading.first('proxyjump') ?? 'none') ?? [],
    ...trustOf(reading, expansion),
    algorithms: algorithmsOf(reading),
    compression: flagOf(reading, 'compression'),
    batchMode: flagOf(reading, 'batchmode'),
    ...present('preferredAuthentications', reading.first('preferredauthentications')?.split(',')),
    ...present('connectTimeoutSeconds', secondsOf(reading, 'connecttimeout')),
    serverAliveIntervalSeconds: secondsOf(reading, 'serveraliveinterval') ?? 0,
    serverAliveCountMax: Number(reading.first('serveralivecountmax') ?? 3),
  };
  return { ...config, warnings: [...reading.warnings], problems: reading.problems };
}
