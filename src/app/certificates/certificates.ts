/** Certificates from files, taken anew while the server runs when the files change. */
import { statSync } from 'node:fs';
import type { SecureContextOptions } from 'node:tls';
import type { Clock } from '../../base/clock.ts';
import type { Observer } from '../../observe/event.ts';
import type { TlsCredentials } from '../../protocols/ftp/index.ts';
import { ExpiryNotices } from './expiry-notices.ts';
import { CertificateError } from './findings.ts';
import { findHost } from './host-table.ts';
import { type CertificateSettings, filesOf, loadCertificates, type Loaded } from './load.ts';

export interface CertificateSurroundings {
  readonly clock: Clock;
  readonly observe: Observer;
}

/** What came of looking at the files anew. */
export interface ReloadResult {
  readonly ok: boolean;
  /** A sentence for people. */
  readonly text: string;
}

export interface Certificates extends TlsCredentials, Disposable {
  /** SHA-256 of the certificate for clients that name no host, as `openssl x509 -fingerprint -sha256` prints it. */
  readonly fingerprint: string;
  /** What `curl --pinnedpubkey` takes: `sha256//` and the hash of that certificate's public key. */
  readonly pin: string;
  /** Reads the files now. What cannot be used is not taken, and the old stays in force. */
  reload(): ReloadResult;
}

/** How often the files are looked at. */
const LOOK_EVERY_MS = 30_000;

/** What tells that a file is another, or was written to. */
function stateOf(path: string): string {
  try {
    const { mtimeNs, size, ino } = statSync(path, { bigint: true });
    return `${mtimeNs} ${size} ${ino}`;
  } catch {
    return 'unreadable';
  }
}

class WatchedCertificates implements Certificates {
  readonly #settings: CertificateSettings;
  readonly #clock: Clock;
  readonly #observe: Observer;
  readonly #notices: ExpiryNotices;
  #loaded: Loaded;
  #version = 1;
  /** How the files were when they were taken, and how they were at the last look. */
  #takenState: string;
  #seenState: string;
  /** Why the files as they are cannot be taken; empty when they can, or were. */
  #refusal = '';
  #stopLooking: () => void = () => undefined;

  constructor(settings: CertificateSettings, { clock, observe }: CertificateSurroundings) {
    this.#settings = settings;
    this.#clock = clock;
    this.#observe = observe;
    this.#notices = new ExpiryNotices(observe);
    this.#takenState = this.#stateOfFiles();
    this.#seenState = this.#takenState;
    this.#loaded = loadCertificates(settings, clock.now());
    this.#tell();
    this.#lookLater();
  }

  get version(): number {
    return this.#version;
  }

  get context(): SecureContextOptions {
    return this.#loaded.context;
  }

  get fingerprint(): string {
    return this.#loaded.leaf.fingerprint256;
  }

  get pin(): string {
    return this.#loaded.pin;
  }

  contextFor(serverName: string): SecureContextOptions | undefined {
    return findHost(this.#loaded.hosts, serverName);
  }

  reload(): ReloadResult {
    // Before they are read: what changes meanwhile is seen at the next look.
    const state = this.#stateOfFiles();
    try {
      const loaded = loadCertificates(this.#settings, this.#clock.now());
      this.#takenState = state;
      this.#refusal = '';
      return { ok: true, text: this.#take(loaded) };
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      return { ok: false, text: this.#refuse(error) };
    }
  }

  [Symbol.dispose](): void {
    this.#stopLooking();
  }

  #stateOfFiles(): string {
    return filesOf(this.#settings).map(stateOf).join(', ');
  }

  #lookLater(): void {
    this.#stopLooking = this.#clock.after(LOOK_EVERY_MS, () => this.#look());
  }

  #look(): void {
    this.#lookLater();
    const state = this.#stateOfFiles();
    // Twice the same, or somebody may still be writing.
    const isSettled = state === this.#seenState;
    this.#seenState = state;
    if (state === this.#takenState) this.#refusal = '';
    else if (isSettled) this.#reloadUnasked();
    this.#notices.tell(this.#loaded.expiries, this.#clock.now());
  }

  #reloadUnasked(): void {
    try {
      this.reload();
    } catch (cause) {
      this.#observe({ kind: 'fault', where: 'reading certificates anew', cause });
    }
  }

  #take(loaded: Loaded): string {
    const { certificate } = this.#settings;
    if (loaded.digest === this.#loaded.digest) return `the certificate in ${certificate} is the one in use already`;
    this.#loaded = loaded;
    this.#version += 1;
    const text = `the certificates were read anew; that in ${certificate} is valid until ${loaded.leaf.validToDate.toISOString()} and has the SHA-256 fingerprint ${this.fingerprint}`;
    this.#observe({ kind: 'note', text });
    this.#tell();
    return text;
  }

  /** Says once why; the files are tried again at every look until they can be taken. */
  #refuse({ problems }: CertificateError): string {
    const text = `the changed certificates are not taken and the old stay in use: ${problems.join('; ')}`;
    if (text !== this.#refusal) this.#observe({ kind: 'fault', where: 'certificates', cause: text });
    this.#refusal = text;
    return text;
  }

  #tell(): void {
    for (const text of this.#loaded.warnings) this.#observe({ kind: 'note', text });
    this.#notices.tell(this.#loaded.expiries, this.#clock.now());
  }
}

/**
 * Reads certificates and watches their files until it is disposed of. Throws a `CertificateError` that says all that is
 * wrong when they cannot be used; nothing is watched then.
 */
export const openCertificates = (settings: CertificateSettings, surroundings: CertificateSurroundings): Certificates =>
  new WatchedCertificates(settings, surroundings);
