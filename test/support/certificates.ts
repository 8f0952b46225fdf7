/** A throw-away authority for tests: certificates for servers and clients, and lists of those that it revoked. */
import { generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { explicit, integer, pem, sequence, time } from '../../src/app/certificates/der.ts';
import {
  authorityKeyIdentifier,
  distinguishedName,
  extension,
  type Issuer,
  signatureAlgorithm,
  signed,
  writeCertificate,
} from '../../src/app/certificates/write-certificate.ts';

export interface TestPair {
  readonly certPem: string;
  readonly keyPem: string;
}

export interface TestCertificateOptions {
  /** `names[0]`, or the client's name, when left out. */
  readonly commonName?: string;
  /** Milliseconds since 1970; from yesterday, for a year, when left out. */
  readonly notBeforeMs?: number;
  readonly notAfterMs?: number;
  readonly keyType?: 'ec' | 'rsa';
}

export interface TestClientOptions extends TestCertificateOptions {
  /** Host, mail or IP names beside the common name. */
  readonly names?: readonly string[];
}

export interface TestAuthority {
  readonly caPem: string;
  /** A certificate for host names and IP addresses. */
  server(names: readonly string[], options?: TestCertificateOptions): TestPair;
  client(commonName: string, options?: TestClientOptions): TestPair;
  /** An authority below this one; servers that use it must send its `caPem` after their own certificate. */
  below(commonName: string): TestAuthority;
  /** A list of what is revoked, whole certificates as PEM; empty when none is. */
  crl(revoked: readonly string[]): string;
}

const DAY_MS = 24 * 3_600_000;
/** How long what a test makes is good, when it does not say. */
const YESTERDAY_DAYS = -1;
const LIFE_DAYS = 365;

const CRL_NUMBER = '2.5.29.20';
const VERSION_2 = Uint8Array.of(1);

const inDays = (days: number): number => Date.now() + days * DAY_MS;

/** A certificate that ended yesterday: an option for `server` and `client`. */
export const expired = (): TestCertificateOptions => ({ notBeforeMs: inDays(-30), notAfterMs: inDays(-1) });

const makeKeys = (type: 'ec' | 'rsa'): { publicKey: KeyObject; privateKey: KeyObject } =>
  type === 'ec'
    ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
    : generateKeyPairSync('rsa', { modulusLength: 2048 });

const keyPemOf = (key: KeyObject): string => key.export({ type: 'pkcs8', format: 'pem' });

function issue(
  commonName: string,
  { purpose, names }: { readonly purpose: 'server' | 'client'; readonly names: readonly string[] },
  options: TestCertificateOptions,
  issuer: Issuer,
): TestPair {
  const { notBeforeMs = inDays(YESTERDAY_DAYS), notAfterMs = inDays(LIFE_DAYS), keyType = 'ec' } = options;
  const { publicKey, privateKey } = makeKeys(keyType);
  const content = { commonName: options.commonName ?? commonName, publicKey, names, purpose, notBeforeMs, notAfterMs };
  return { certPem: writeCertificate(content, issuer), keyPem: keyPemOf(privateKey) };
}

/** A version 2 list (RFC 5280 §5), good for a year. */
function writeRevocationList(revoked: readonly string[], issuer: Issuer): string {
  const entries = revoked.map((certPem) => {
    const { serialNumber } = new X509Certificate(certPem);
    return sequence(integer(Buffer.from(serialNumber, 'hex')), time(inDays(YESTERDAY_DAYS)));
  });
  const content = sequence(
    integer(VERSION_2),
    signatureAlgorithm(),
    distinguishedName(issuer.commonName),
    time(inDays(YESTERDAY_DAYS)),
    time(inDays(LIFE_DAYS)),
    ...(entries.length === 0 ? [] : [sequence(...entries)]),
    revocationExtensions(issuer),
  );
  return pem('X509 CRL', signed(content, issuer));
}

const revocationExtensions = (issuer: Issuer): Buffer =>
  explicit(0, sequence(authorityKeyIdentifier(issuer), extension(CRL_NUMBER, 'advice', integer(Uint8Array.of(1)))));

function authorityOf(commonName: string, parent: Issuer | undefined): TestAuthority {
  const { publicKey, privateKey } = makeKeys('ec');
  const self: Issuer = { commonName, privateKey };
  const life = { notBeforeMs: inDays(YESTERDAY_DAYS), notAfterMs: inDays(LIFE_DAYS) };
  const caPem = writeCertificate({ commonName, publicKey, names: [], purpose: 'authority', ...life }, parent ?? self);
  return {
    caPem,
    server: (names, options = {}) => issue(names[0] ?? 'localhost', { purpose: 'server', names }, options, self),
    client: (name, { names = [], ...options } = {}) => issue(name, { purpose: 'client', names }, options, self),
    below: (name) => authorityOf(name, self),
    crl: (revoked) => writeRevocationList(revoked, self),
  };
}

/** A new authority, unlike any other. */
export const testAuthority = (commonName = 'Portcall test authority'): Promise<TestAuthority> =>
  Promise.resolve(authorityOf(commonName, undefined));
