/**
 * Makes a self-signed certificate once and keeps it, for a server that was given none. The file of the key decides:
 * whoever links it first has won, and the certificate is made for the key that lies there, so that servers that start
 * at once, or one that was stopped half-way, end with one pair.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { linkNew } from '../link-new.ts';
import { CertificateError } from './findings.ts';
import type { CertificateSurroundings } from './certificates.ts';
import { machineNames } from './machine-names.ts';
import type { PairFiles } from './read-pair.ts';
import { writeCertificate } from './write-certificate.ts';

export interface SelfSignedOptions extends CertificateSurroundings {
  /** Host names and addresses beside those of this machine, as the one that a router shows to the outside. */
  readonly names?: readonly string[];
}

const DAY_MS = 24 * 3_600_000;

/**
 * Ten years. Nobody trusts it for its dates: it is pinned or copied, and each new one makes every client ask again.
 * (Only Apple's own trust store wants less, 825 days; who needs that gives a certificate of an authority.)
 */
const LIFE_MS = 3650 * DAY_MS;
/** A client's clock may be behind ours. */
const BACKDATED_MS = DAY_MS;
/** Made anew at a start so long before its end. */
const RENEW_MS = 30 * DAY_MS;

const COMMON_NAME = 'portcall';
const PRIVATE = 0o600;
const PUBLIC = 0o644;

/** Each round puts one thing right; more than a few means that another program works against us. */
const MAX_ROUNDS = 10;

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function parseKey(text: string): KeyObject | undefined {
  try {
    return createPrivateKey(text);
  } catch {
    return undefined;
  }
}

function parseCertificate(text: string): X509Certificate | undefined {
  try {
    return new X509Certificate(text);
  } catch {
    return undefined;
  }
}

const canSign = (key: KeyObject): boolean => key.asymmetricKeyDetails?.namedCurve === 'prime256v1';

/** Why a certificate must be made anew, as the end of a sentence. */
function flawOf(text: string, key: KeyObject, nowMs: number): string | undefined {
  const certificate = parseCertificate(text);
  if (certificate === undefined) return 'was damaged';
  if (!certificate.checkPrivateKey(key)) return 'was for another key';
  return certificate.validToDate.getTime() - RENEW_MS <= nowMs ? 'was at its end' : undefined;
}

/** Puts one pair of files right, step by step. */
class KeptPair {
  readonly #files: PairFiles;
  readonly #options: SelfSignedOptions;

  constructor(files: PairFiles, options: SelfSignedOptions) {
    this.#files = files;
    this.#options = options;
  }

  /** Does the next thing that is missing. True when nothing was. */
  isWhole(): boolean {
    const { certificate, key: keyPath } = this.#files;
    const keyText = readIfThere(keyPath);
    if (keyText === undefined) return this.#makeKey();
    const key = parseKey(keyText);
    if (key === undefined) return this.#setAside(keyPath, 'was damaged');
    const text = readIfThere(certificate);
    if (text === undefined) return canSign(key) ? this.#makeCertificate(key) : this.#setAside(keyPath, 'is not ours');
    const flaw = flawOf(text, key, this.#options.clock.now());
    return flaw === undefined || this.#setAside(certificate, flaw);
  }

  #makeKey(): false {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    linkNew(this.#files.key, privateKey.export({ type: 'pkcs8', format: 'pem' }), PRIVATE);
    return false;
  }

  #makeCertificate(privateKey: KeyObject): false {
    const nowMs = this.#options.clock.now();
    const content = {
      commonName: COMMON_NAME,
      publicKey: createPublicKey(privateKey),
      names: [...new Set([...machineNames(), ...(this.#options.names ?? [])])],
      purpose: 'server',
      notBeforeMs: nowMs - BACKDATED_MS,
      notAfterMs: nowMs + LIFE_MS,
    } as const;
    const { certificate } = this.#files;
    const text = writeCertificate(content, { commonName: COMMON_NAME, privateKey });
    if (linkNew(certificate, text, PUBLIC) === 'made')
      this.#options.observe({ kind: 'note', text: `made a self-signed certificate, kept in ${certificate}` });
    return false;
  }

  #setAside(path: string, why: string): false {
    const old = `${path}.old`;
    try {
      renameSync(path, old);
      this.#options.observe({ kind: 'note', text: `${path} ${why}; it is ${old} now, and a new one is made` });
    } catch (error) {
      // Another server was quicker.
      if (codeOf(error) !== 'ENOENT') throw error;
    }
    return false;
  }
}

/**
 * The pair `certificate.pem` and `key.pem` of a folder, made when it is not there, damaged, or at its end. A new
 * certificate for a good key keeps the key, so that pins of the key hold. Throws a `CertificateError` when the folder
 * cannot be used.
 */
export function keepSelfSigned(folder: string, options: SelfSignedOptions): PairFiles {
  const files = { certificate: join(folder, 'certificate.pem'), key: join(folder, 'key.pem') };
  const pair = new KeptPair(files, options);
  try {
    for (let round = 0; round < MAX_ROUNDS; round += 1) if (pair.isWhole()) return files;
  } catch (cause) {
    throw new CertificateError([
      `a self-signed certificate cannot be kept in ${folder} (${codeOf(cause)}); let this user write there, or give a certificate`,
    ]);
  }
  throw new CertificateError([
    `${files.certificate} and ${files.key} change all the time; let one program alone write there`,
  ]);
}
