/** Connections over SSH for the client's protocols: one for each server, opened when it is needed, and again when it was lost. */
import { open } from 'node:fs/promises';
import process from 'node:process';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/clock.ts';
import { sshFromEnvironment } from '../../config/environment.ts';
import { present } from '../../config/present.ts';
import type { SshConfig } from '../../config/ssh-config.ts';
import type { ClientObserver } from '../../observe/client-event.ts';
import {
  connectSsh,
  DEFAULT_OFFER,
  identities,
  type KeyFile,
  LEGACY_OFFER,
  type LoginWay,
  MAX_KEY_FILE_BYTES,
  type OfferedAlgorithms,
  type SshConnection,
  type SshTimeouts,
  WINDOWS_AGENT_PIPE,
} from '../../protocols/ssh/index.ts';
import { changedOffer } from './changed-offer.ts';
import { type SshAddress, sshSettingsFor } from './client-settings.ts';
import { HostTrust } from './host-trust.ts';
import type { SshOptions } from './options.ts';

export interface OverSshOptions extends SshOptions {
  readonly address: SshAddress;
  /** Asked for when a server wants one: the one of the address, or one on the way to it, which must not get that one's. */
  readonly password: (
    who: { readonly user: string; readonly host: string },
    at: 'target' | 'jump',
  ) => Promise<string | undefined>;
  readonly timeouts?: Partial<SshTimeouts>;
  readonly clock?: Clock;
  readonly observe?: ClientObserver;
}

/** How long an agent may be silent. */
const AGENT_MS = 5_000;
const MAX_HOPS = 10;
const KEPT_OPEN = 0o077;

/** One that cannot be read is no key, and is told of as such. As in OpenSSH, rights count for one's own files. */
async function keyFile(file: string): Promise<KeyFile | undefined> {
  try {
    await using handle = await open(file, 'r');
    const stats = await handle.stat();
    const isMine = process.getuid === undefined || stats.uid === process.getuid();
    const isOpen = process.platform !== 'win32' && isMine && (stats.mode & KEPT_OPEN) !== 0;
    const isKey = stats.isFile() && stats.size <= MAX_KEY_FILE_BYTES;
    return { bytes: isKey ? await handle.readFile() : new Uint8Array(), kept: isOpen ? 'in-the-open' : 'private' };
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && /^ENO(ENT|TDIR)$/.test(String(error.code));
    return isMissing ? undefined : { bytes: new Uint8Array(), kept: 'private' };
  }
}

/** Connections to one server, through others where the configuration says so. */
export class OverSsh implements AsyncDisposable {
  readonly #options: OverSshOptions;
  readonly config: SshConfig;
  #connection: Promise<SshConnection> | undefined;
  #hops: SshConnection[] = [];
  #opened = 0;
  readonly #warned = new Set<string>();

  /** Throws a `ConfigurationError`. */
  constructor(options: OverSshOptions) {
    this.#options = options;
    this.config = sshSettingsFor(options.address, options);
    for (const text of this.config.warnings) options.observe?.({ kind: 'note', text });
  }

  /** The connection that is open, or a new one. Rejects with a `FileError`. */
  async connection(signal?: AbortSignal): Promise<SshConnection> {
    for (let known; known !== this.#connection;) {
      known = this.#connection;
      const now = await known?.catch(() => undefined);
      if (now?.isOpen === true) return now;
      // Somebody else may have opened another meanwhile.
    }
    const before = this.#hops;
    this.#hops = [];
    const opening = this.#open(this.config, this.#options.address, signal);
    this.#connection = opening;
    void closeAll(before);
    return await opening;
  }

  async close(): Promise<void> {
    const open = await this.#connection?.catch(() => undefined);
    await open?.close();
    await closeAll(this.#hops);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #open(config: SshConfig, address: SshAddress, signal?: AbortSignal, depth = 0): Promise<SshConnection> {
    const { observe, clock, timeouts } = this.#options;
    const tell = (text: string): void => observe?.({ kind: 'note', text });
    const warn = (text: string): void => this.#warn(text);
    // A pin is for the server that was asked for, not for those on the way.
    const options: SshOptions = depth === 0 ? this.#options : withoutPin(this.#options);
    const trust = HostTrust.read({ config, options, host: address.host, tell, warn });
    const { port, hostName } = config;
    const offer = this.#offer(config);
    this.#opened += 1;
    return await connectSsh({
      host: hostName,
      port,
      user: config.user,
      ways: this.#ways(config, tell, depth === 0 ? 'target' : 'jump'),
      judge: (key) => trust.judge(key),
      algorithms: { ...offer, hostKeys: trust.algorithmsFor(port, offer.hostKeys) },
      timeouts: { ...timeoutsOf(config), ...timeouts },
      connection: this.#opened,
      ...(await this.#through(config, depth, signal)),
      ...present('signal', signal),
      ...present('clock', clock),
      ...present('observe', observe),
    });
  }

  /** A file is read for each connection, and a person needs to hear of it once. */
  #warn(text: string): void {
    if (this.#warned.has(text)) return;
    this.#warned.add(text);
    if (this.#options.warn === undefined) this.#options.observe?.({ kind: 'note', text });
    else this.#options.warn(text);
  }

  /** ProxyJump: each hop leads to the next. */
  async #through(
    { proxyJump }: SshConfig,
    depth: number,
    signal: AbortSignal | undefined,
  ): Promise<{ readonly through?: (host: string, port: number) => Promise<Duplex> }> {
    const jump = proxyJump.at(-1);
    if (jump === undefined || depth >= MAX_HOPS) return {};
    const address: SshAddress = { host: jump.host, port: jump.port, user: jump.user };
    const config = { ...sshSettingsFor(address, this.#options) };
    const before = proxyJump.slice(0, -1);
    const hop = await this.#open(
      { ...config, ...(before.length > 0 && { proxyJump: before }) },
      address,
      signal,
      depth + 1,
    );
    this.#hops.push(hop);
    return { through: (host, port) => hop.forward(host, port) };
  }

  #offer({ algorithms }: SshConfig): Required<OfferedAlgorithms> {
    const legacy = this.#options.legacy === 'allowed' ? LEGACY_OFFER : undefined;
    const known = {
      kex: [...DEFAULT_OFFER.kex, ...LEGACY_OFFER.kex],
      hostKeys: [...DEFAULT_OFFER.hostKeys, ...LEGACY_OFFER.hostKeys],
      ciphers: [...DEFAULT_OFFER.ciphers, ...LEGACY_OFFER.ciphers],
      macs: [...DEFAULT_OFFER.macs, ...LEGACY_OFFER.macs],
    };
    const of = (kind: keyof typeof known, wish: string | undefined): readonly string[] =>
      changedOffer(wish, [...DEFAULT_OFFER[kind], ...(legacy?.[kind] ?? [])], known[kind]);
    return {
      kex: of('kex', algorithms.kex),
      hostKeys: of('hostKeys', algorithms.hostKey),
      ciphers: of('ciphers', algorithms.ciphers),
      macs: of('macs', algorithms.macs),
    };
  }

  #ways(config: SshConfig, tell: (sentence: string) => void, at: 'target' | 'jump'): readonly LoginWay[] {
    const { options, agent } = { options: this.#options, agent: this.#agentFor(config) };
    const named = (options.identities ?? []).map((file) => ({ file, wanted: 'required' as const }));
    const isDefault = config.identityFiles.from === 'default';
    const wanted = isDefault ? ('looked-for' as const) : ('named' as const);
    // OpenSSH looks for its default keys only where nobody named others.
    const configured = isDefault && named.length > 0 ? [] : config.identityFiles.files;
    const askText = config.batchMode === 'yes' ? undefined : options.askText;
    const host = at === 'target' ? options.address.host : config.hostName;
    const unused: string[] = [];
    const keys = identities({
      files: [...named, ...configured.map((file) => ({ file, wanted }))],
      ...present('agent', agent),
      agentSignal: AbortSignal.timeout(AGENT_MS),
      identitiesOnly: named.length > 0 ? 'yes' : config.identitiesOnly,
      rsaSha1: options.legacy === 'allowed' || takesSha1(config) ? 'allow' : 'refuse',
      readFile: keyFile,
      ...(askText !== undefined && { ask: async (question: string) => (await askText(question)) ?? '' }),
      tell(sentence) {
        unused.push(sentence);
        tell(sentence);
      },
    });
    return [
      { kind: 'identities', keys, unused },
      { kind: 'password', ask: () => options.password({ user: config.user, host }, at) },
    ];
  }

  #agentFor({ identityAgent }: SshConfig): string | undefined {
    if (this.#options.agent === 'off' || identityAgent === 'none') return undefined;
    const { agent } = sshFromEnvironment();
    return identityAgent ?? agent ?? (process.platform === 'win32' ? WINDOWS_AGENT_PIPE : undefined);
  }
}

/** RSA with SHA-1, where somebody wants it for this host. */
const takesSha1 = ({ algorithms }: SshConfig): boolean => /(^|[+^,])ssh-rsa(,|$)/.test(algorithms.publicKey ?? '');

/** The last one was reached through those before it. */
async function closeAll(hops: readonly SshConnection[]): Promise<void> {
  for (const hop of hops.toReversed()) await hop.close();
}

function withoutPin(options: OverSshOptions): SshOptions {
  const others: { -readonly [K in keyof SshOptions]: SshOptions[K] } = { ...options };
  delete others.hostKey;
  return others;
}

const timeoutsOf = ({
  connectTimeoutSeconds,
  serverAliveIntervalSeconds,
  serverAliveCountMax,
}: SshConfig): Partial<SshTimeouts> => ({
  ...present('connectMs', connectTimeoutSeconds === undefined ? undefined : connectTimeoutSeconds * 1000),
  ...(serverAliveIntervalSeconds > 0 && {
    keepAliveMs: serverAliveIntervalSeconds * 1000,
    keepAliveTries: serverAliveCountMax,
  }),
});
