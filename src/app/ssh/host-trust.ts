/** Whether the key that a server shows is its own: by a fingerprint that was named, by `known_hosts`, or by a person. */
import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdir, readFile } from 'node:fs/promises';
import { dirname } from 'node:path';
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
  parseKnownHosts,
  type PresentedHostKey,
  readFingerprint,
} from '../../protocols/ssh/index.ts';
import { ConfigurationError } from '../../config/problem.ts';
import type { SshOptions } from './options.ts';

const distrust = (detail: string): FileError => new FileError('not-trusted', '/', { detail });

async function linesOf(file: string): Promise<readonly KnownHostLine[]> {
  try {
    const known = parseKnownHosts(await readFile(file), file);
    if (known === undefined) throw new ConfigurationError([{ where: file, what: 'is too large for a list of hosts' }]);
    return known.lines;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return [];
    if (error instanceof ConfigurationError) throw error;
    throw new ConfigurationError([{ where: file, what: 'cannot be read, so that no host is known; check its rights' }]);
  }
}

export interface HostTrustOptions {
  readonly config: SshConfig;
  readonly options: SshOptions;
  readonly host: string;
  readonly tell: (sentence: string) => void;
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

  static async read(options: HostTrustOptions): Promise<HostTrust> {
    const { config } = options;
    const own = options.options.knownHosts;
    const files = own === undefined ? [...config.userKnownHostsFiles, ...config.globalKnownHostsFiles] : [own];
    return new HostTrust((await Promise.all(files.map(linesOf))).flat(), options);
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
    const choice = options.unknownHost ?? (config.strictHostKeyChecking === 'accept-new' ? 'accept-new' : 'ask');
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
    const question = `The host ${printable(name)} is not known. Its key is ${printable(type)} ${fingerprint}.\nTrust it and remember it? (yes/no) `;
    const answer = mayAsk ? await options.askText?.(question) : undefined;
    if (/^y(es)?$/i.test(answer?.trim() ?? '')) return;
    throw distrust(
      `${host} is not known; its key is ${fingerprint}: if that is right, add --host-key ${fingerprint}, or --accept-new to remember it`,
    );
  }

  async #remember({ blob, port }: Unknown): Promise<void> {
    const { config, options, tell, host } = this.#options;
    const file = options.knownHosts ?? config.userKnownHostsFiles[0];
    const hashed = config.hashKnownHosts === 'yes' ? randomBytes(20) : undefined;
    const line = knownHostLine(this.#nameOf(port), blob, { hashed });
    if (file === undefined || line === undefined) return;
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await appendFile(file, `${line}\n`, { mode: 0o600 });
      await chmod(file, 0o600).catch(() => undefined);
      tell(`The key of ${host} is remembered in ${file}.`);
    } catch {
      tell(`The key of ${host} could not be remembered in ${file}.`);
    }
  }
}

interface Unknown extends Pick<PresentedHostKey, 'type' | 'blob' | 'port'> {
  readonly name: string;
  readonly fingerprint: string;
}

const knownName = ({ host, port }: { readonly host: string; readonly port?: number }): string =>
  port === undefined || port === 22 ? host : authority(host, port);

const changed = (host: string, fingerprint: string, { file, line, key }: KnownHostLine): string =>
  `the key of ${host} is not the one that is known: it shows ${fingerprint}, and ${file}:${line} has ${fingerprintOf(key)}; somebody may be in between, or the server was set up anew: find out, then remove that line`;
