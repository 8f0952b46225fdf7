/** The certificates of a server, and what each listener is told of TLS. */
import type { Clock } from '../base/clock.ts';
import { ConfigurationError } from '../config/problem.ts';
import type { ListenerSettings, ServeSettings, TlsSettings } from '../config/serve-settings.ts';
import type { Observer } from '../observe/event.ts';
import type { TlsOptions } from '../protocols/ftp/index.ts';
import { type Certificates, openCertificates, type ReloadResult } from './certificates/certificates.ts';
import { CertificateError } from './certificates/findings.ts';
import type { PairFiles } from './certificates/read-pair.ts';
import { keepSelfSigned } from './certificates/self-signed.ts';

/** What a newcomer needs to trust the server. */
export interface ServedCertificate {
  /** SHA-256, as OpenSSL prints it. */
  readonly fingerprint: string;
  /** As `curl --pinnedpubkey` takes it. */
  readonly pin: string;
  /** The file for `curl --cacert`, where Portcall signed it itself. */
  readonly selfSigned?: string;
}

export interface Tls extends Disposable {
  readonly certificate: ServedCertificate | undefined;
  /** `undefined` for a listener that does not encrypt. */
  optionsFor(listener: ListenerSettings): TlsOptions | undefined;
  reload(): ReloadResult;
}

interface TlsSurroundings {
  readonly clock: Clock;
  readonly observe: Observer;
}

const WITHOUT: Tls = {
  certificate: undefined,
  optionsFor: () => undefined,
  reload: () => ({ ok: true, text: 'no certificate is served' }),
  [Symbol.dispose]: () => undefined,
};

/** Names by which clients may know this server and that no interface of the machine tells. */
const masquerades = ({ listeners }: ServeSettings): string[] =>
  listeners.flatMap(({ masquerade }) => masquerade.map(({ address }) => address));

const pairOf = (settings: ServeSettings, surroundings: TlsSurroundings): PairFiles =>
  settings.tls.certificate ?? keepSelfSigned(settings.state.path, { ...surroundings, names: masquerades(settings) });

const certificatesOf = (pair: PairFiles, tls: TlsSettings, surroundings: TlsSurroundings): Certificates =>
  openCertificates({ ...tls, certificate: pair.certificate, key: pair.key }, surroundings);

/** The first place that the settings name: all sentences name their files. */
const asProblems = ({ problems }: CertificateError, { tls }: ServeSettings): ConfigurationError =>
  new ConfigurationError(problems.map((what) => ({ where: tls.certificate?.where ?? 'tls', what })));

const DEMANDS = { offered: 'nothing', login: 'login', data: 'data' } as const;

class OpenTls implements Tls {
  readonly certificate: ServedCertificate;
  readonly #certificates: Certificates;
  readonly #settings: TlsSettings;

  constructor(certificates: Certificates, pair: PairFiles, settings: TlsSettings) {
    this.#certificates = certificates;
    this.#settings = settings;
    const { fingerprint, pin } = certificates;
    const selfSigned = settings.certificate === undefined ? { selfSigned: pair.certificate } : {};
    this.certificate = { fingerprint, pin, ...selfSigned };
  }

  optionsFor({ protocol, tls, dataBinding, clientCertificates }: ListenerSettings): TlsOptions | undefined {
    if (tls === 'off') return undefined;
    const { clearControl } = this.#settings;
    return {
      credentials: this.#certificates,
      start: protocol === 'ftps' ? 'implicit' : 'explicit',
      demand: DEMANDS[tls],
      dataBinding,
      clientCertificates,
      clearControl,
    };
  }

  reload(): ReloadResult {
    return this.#certificates.reload();
  }

  [Symbol.dispose](): void {
    this.#certificates[Symbol.dispose]();
  }
}

/**
 * Throws a `ConfigurationError` when certificates cannot be used. Where TLS is only offered because nobody said
 * otherwise, the server goes on without, and says so.
 */
export function openTls(settings: ServeSettings, surroundings: TlsSurroundings): Tls {
  const wanting = settings.listeners.filter(({ tls }) => tls !== 'off');
  if (wanting.length === 0) return WITHOUT;
  try {
    const pair = pairOf(settings, surroundings);
    return new OpenTls(certificatesOf(pair, settings.tls, surroundings), pair, settings.tls);
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    const isAsked = settings.tls.certificate !== undefined || wanting.some(({ tlsChoice }) => tlsChoice === 'asked');
    if (isAsked) throw asProblems(error, settings);
    surroundings.observe({ kind: 'note', text: `TLS is not offered: ${error.problems.join('; ')}` });
    return WITHOUT;
  }
}
