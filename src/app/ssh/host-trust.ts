/** Whether the key that a server shows is its own: by a fingerprint that was named, by `known_hosts`, or by a person. */
import { randomBytes } from 'node:crypto';
import { authority } from '../../base/authority.ts';
import { printable } from '../../base/escape.ts';
import type { SshConfig } from '../../config/ssh-config.ts';
import { FileError } from '../../files/index.ts';
import {
  fingerprintOf,
  hostKeyAlgorithmsFor,
  judgeHostKey,
  knownHostLine,
  type KnownHostLine,
  MAX_KNOWN_HOSTS_BYTES,
  parseKnownHosts,
  type PresentedHostKey,
  readFingerprint,
} from '../../protocols/ssh/index.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { appendLine } from './append-line.ts';
import type { SshOptions } from './options.ts';
import { readBounded } from './read-bounded.ts';

const distrust = (detail: string): FileError => new FileError('not-trusted', '/', { detail });

/** What cannot be read as a line trusts nobody, and is told of: it may be the one that somebody relies on. */
function linesOf(file: string, warn: HostTrustOptions['warn']): readonly KnownHostLine[] {
  const read = readBounded(file, MAX_KNOWN_HOSTS_BYTES);
  if (read === 'no-folder') warn(`No host is known by ${file}: a part of that path is a file.`);
  if (read === 'missing' || read === 'no-folder') return [];
  const { lines = [], problems = [] } = parseKnownHosts(read.bytes, file) ?? {};
  for (const { line, what } of problems.slice(0, MOST_PROBLEMS)) warn(`${file}:${line} ${what}; the line is ignored.`);
  const untold = problems.length - MOST_PROBLEMS;
  if (untold > 0) warn(`${file}: ${untold} more lines are ignored.`);
  return lines;
}

/** A file that is no list of hosts would fill the screen. */
const MOST_PROBLEMS = 5;

export interface HostTrustOptions {
  readonly config: SshConfig;
  readonly options: SshOptions;
  readonly host: string;
  /** Is told what was done. */
  readonly tell: (sentence: string) => void;
  /** Is told what a person should put in order. */
  readonly warn: (sentence: string) => void;
}

export class HostTrust {
  readonly #lines: readonly KnownHostLine[];
  readonly #options: HostTrustOptions;
  readonly #pin: string | undefined;

  private constructor(lines: readonly KnownHostLine[], options: HostTrustOptions) {
    this.#lines = lines;
    this.#options = options;
    const { hostKey } = options.options;
    this.#pin = hostKey === undefined ? undefined : readFingerprint(hostKey);
    if (hostKey !== undefined && this.#pin === undefined)
      throw new ConfigurationError([{ where: '--host-key', what: 'must be a fingerprint such as SHA256:…' }]);
  }

  /** Throws a `ConfigurationError` for files that are there and cannot be read. */
  static read(options: HostTrustOptions): HostTrust {
    const { config, warn } = options;
    const own = options.options.knownHosts;
    const files = own === undefined ? [...config.userKnownHostsFiles, ...config.globalKnownHostsFiles] : [own];
    return new HostTrust(
      files.flatMap((file) => linesOf(file, warn)),
      options,
    );
  }

  /** The kinds of key by which the host is known come first. */
  algorithmsFor(port: number, offer: readonly string[]): readonly string[] {
    return hostKeyAlgorithmsFor(this.#lines, this.#nameOf(port), offer);
  }

  /** Throws a `FileError` (`not-trusted`) with what to do about it. */
  async judge({ port, type, blob }: PresentedHostKey): Promise<void> {
    const fingerprint = fingerprintOf(blob);
    const { host } = this.#options;
    if (this.#pin !== undefined) {
      if (this.#pin === fingerprint) return;
      throw distrust(`${host} shows the key ${fingerprint}, and --host-key names ${this.#pin}`);
    }
    const name = this.#nameOf(port);
    const verdict = judgeHostKey(this.#lines, { ...name, keyType: type, key: blob });
    if (verdict.verdict === 'trusted') return;
    if (verdict.verdict === 'revoked')
      throw distrust(`the key of ${host} (${fingerprint}) is revoked by ${verdict.where.file}:${verdict.where.line}`);
    if (verdict.verdict !== 'unknown') throw distrust(changed(host, fingerprint, verdict.where));
    await this.#unknown({ name: knownName(name), type, blob, fingerprint, port });
  }

  #nameOf(port: number): { readonly host: string; readonly port?: number } {
    const { hostKeyAlias, hostName } = this.#options.config;
    return hostKeyAlias === undefined ? { host: hostName, port } : { host: hostKeyAlias };
  }

  async #unknown(found: Unknown): Promise<void> {
    const { options, config, tell, host } = this.#options;
    // `no` would also take a key that has changed, which is what an attacker shows: it takes new ones only.
    const takesNew = ['accept-new', 'no'].includes(config.strictHostKeyChecking);
    const choice = options.unknownHost ?? (takesNew ? 'accept-new' : 'ask');
    if (choice === 'trust') {
      tell(`The key of ${host} (${found.fingerprint}) is trusted without being known.`);
      return;
    }
    if (choice !== 'accept-new') await this.#ask(found);
    await this.#remember(found);
  }

  async #ask({ name, type, fingerprint }: Unknown): Promise<void> {
    const { options, config, host } = this.#options;
    const mayAsk = config.strictHostKeyChecking !== 'yes' && config.batchMode === 'no';
    const question = `The host ${printable(name)} is not known. Its key is ${printable(type)} ${fingerprint}.\nTrust and remember it (yes, no, or the fingerprint that it should have)? `;
    const answer = mayAsk ? await options.askText?.(question) : undefined;
    if (/^y(es)?$/i.test(answer?.trim() ?? '') || readFingerprint(answer ?? '') === fingerprint) return;
    throw distrust(
      `${host} is not known; its key is ${fingerprint}: if that is right, add --host-key ${fingerprint}, or --accept-new to remember it`,
    );
  }

  async #remember({ blob, port }: Unknown): Promise<void> {
    const { config, options, tell, warn, host } = this.#options;
    const file = options.knownHosts ?? config.userKnownHostsFiles[0];
    const hashed = config.hashKnownHosts === 'yes' ? randomBytes(SALT_BYTES) : undefined;
    const line = knownHostLine(this.#nameOf(port), blob, { hashed });
    if (file === undefined || line === undefined) return;
    try {
      await appendLine(file, line);
      tell(`The key of ${host} is remembered in ${file}.`);
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      warn(`The key of ${host} is trusted this time only: it could not be remembered in ${file} (${why}).`);
    }
  }
}

const SALT_BYTES = 20;

interface Unknown extends Pick<PresentedHostKey, 'type' | 'blob' | 'port'> {
  readonly name: string;
  readonly fingerprint: string;
}

const knownName = ({ host, port }: { readonly host: string; readonly port?: number }): string =>
  port === undefined || port === 22 ? host : authority(host, port);

const changed = (host: string, fingerprint: string, { file, line, key }: KnownHostLine): string =>
  `the key of ${host} is not the one that is known: it shows ${fingerprint}, and ${file}:${line} has ${fingerprintOf(key)}; somebody may be in between, or the server was set up anew: find out, then remove that line`;
