/** Makes of certificate files what TLS contexts need. Everything is read and tried anew each time. */
import { createHash, type X509Certificate } from 'node:crypto';
import { createSecureContext, type SecureContextOptions, type SecureVersion } from 'node:tls';
import { CertificateError, type Findings, pemBlocks, readText } from './findings.ts';
import { canonicalHost, hostsOf } from './host-table.ts';
import { type Pair, type PairFiles, parseCertificates, pinOf, readPair } from './read-pair.ts';

/** A certificate for hosts that a client names (SNI). */
export interface NamedCertificate extends PairFiles {
  /**
   * Names, and wildcards such as `*.example.com`; `*` stands for clients that name no host. The names in the certificate
   * when left out or empty. Certificates with keys of different kinds may share a host: clients get the one they can use.
   */
  readonly hosts?: readonly string[] | undefined;
}

/** All paths are of PEM files. */
export interface CertificateSettings extends PairFiles {
  /** The authorities that client certificates are judged by; several in one file. */
  readonly ca?: string | undefined;
  /** What these authorities revoked: a list of each of them, in one file. */
  readonly crl?: string | undefined;
  readonly minVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  readonly maxVersion?: 'TLSv1.2' | 'TLSv1.3' | undefined;
  /** As OpenSSL writes them. */
  readonly ciphers?: string | undefined;
  readonly names?: readonly NamedCertificate[] | undefined;
}

/** A file that ends at some time. */
export interface Expiry {
  readonly path: string;
  readonly notAfterMs: number;
}

export interface Loaded {
  /** For clients that name no host. */
  readonly context: SecureContextOptions;
  /** By host or wildcard. */
  readonly hosts: ReadonlyMap<string, SecureContextOptions>;
  readonly leaf: X509Certificate;
  readonly pin: string;
  readonly expiries: readonly Expiry[];
  readonly warnings: readonly string[];
  /** Differs whenever anything that was read differs. */
  readonly digest: string;
}

/** Pairs that share a context, at most one for each kind of key. */
type Group = Map<string, Pair>;

const EVERY_HOST = '*';

/** What holds for every context. */
type Common = Pick<SecureContextOptions, 'ca' | 'crl' | 'minVersion' | 'maxVersion' | 'ciphers'>;

/** Every file of the settings. */
export const filesOf = ({ certificate, key, ca, crl, names = [] }: CertificateSettings): string[] =>
  [certificate, key, ca, crl, ...names.flatMap((named) => [named.certificate, named.key])].filter(
    (path) => path !== undefined,
  );

function readAuthorities(path: string, findings: Findings, expiries: Expiry[]): string[] | undefined {
  const file = readText(path, 'authorities of clients', findings);
  const authorities = file && parseCertificates(file, findings);
  if (authorities === undefined) return undefined;
  // One that ended among others that are good is no news.
  expiries.push({ path, notAfterMs: Math.max(...authorities.map(({ validToDate }) => validToDate.getTime())) });
  return authorities.map(String);
}

function readRevocations(path: string, ca: string | undefined, findings: Findings): string[] | undefined {
  if (ca === undefined) {
    findings.problems.push(`${path} says what an authority revoked; name the authority's certificate as ca too`);
    return undefined;
  }
  const file = readText(path, 'revocation lists', findings);
  if (file === undefined) return undefined;
  const lists = pemBlocks(file.text, /^X509 CRL$/);
  try {
    if (lists.length > 0) createSecureContext({ crl: lists });
    else findings.problems.push(`${path} holds no revocation list in PEM (-----BEGIN X509 CRL-----); convert it`);
  } catch {
    findings.problems.push(`${path} holds a damaged revocation list; get it anew from the authority`);
  }
  return lists;
}

function readCommon(settings: CertificateSettings, findings: Findings, expiries: Expiry[]): Common {
  const { ca, crl, minVersion, maxVersion, ciphers } = settings;
  if (minVersion === 'TLSv1.3' && maxVersion === 'TLSv1.2')
    findings.problems.push('TLS has no version between at least 1.3 and at most 1.2; change one of them');
  const authorities = ca === undefined ? undefined : readAuthorities(ca, findings, expiries);
  const lists = crl === undefined ? undefined : readRevocations(crl, ca, findings);
  return {
    ...(authorities === undefined ? {} : { ca: authorities }),
    ...(lists === undefined ? {} : { crl: lists }),
    ...versionsOf(minVersion, maxVersion),
    ...(ciphers === undefined ? {} : { ciphers }),
  };
}

const versionsOf = (minVersion: SecureVersion | undefined, maxVersion: SecureVersion | undefined): Common => ({
  ...(minVersion === undefined ? {} : { minVersion }),
  ...(maxVersion === undefined ? {} : { maxVersion }),
});

function hostsFor(named: NamedCertificate, { leaf, files }: Pair, { problems }: Findings): string[] {
  const wished = named.hosts ?? [];
  if (wished.length === 0) {
    const issued = hostsOf(leaf);
    if (issued.length === 0)
      problems.push(`the certificate in ${files.certificate} names no host; say for which hosts it is`);
    return issued;
  }
  return wished.flatMap((text) => {
    const host = text === EVERY_HOST ? text : canonicalHost(text);
    if (host === undefined) problems.push(`${text} is no host name; write one like ftp.example.com or *.example.com`);
    return host ?? [];
  });
}

/** Puts a pair to a host; one with the same kind of key must not be there yet. */
function place(groups: Map<string, Group>, host: string, pair: Pair, { problems }: Findings): void {
  const group: Group = groups.get(host) ?? new Map<string, Pair>();
  const rival = group.get(pair.keyType);
  if (rival !== undefined)
    problems.push(
      `${pair.files.certificate} and ${rival.files.certificate} are both for ${host} and of the same kind; leave one out`,
    );
  groups.set(host, group.set(pair.keyType, pair));
}

/** Which pairs each host has, `*` being every host that has none. */
function groupPairs(main: Pair, others: readonly [NamedCertificate, Pair][], findings: Findings): Map<string, Group> {
  const groups = new Map<string, Group>();
  place(groups, EVERY_HOST, main, findings);
  for (const [named, pair] of others)
    for (const host of new Set(hostsFor(named, pair, findings))) place(groups, host, pair, findings);
  // The main certificate stands beside one of another kind for the same host, not in its way.
  for (const host of hostsOf(main.leaf)) {
    const group = groups.get(host);
    if (group?.has(main.keyType) === false) group.set(main.keyType, main);
  }
  return groups;
}

const pathsOf = (group: Group): string => [...group.values()].map(({ files }) => files.certificate).join(' and ');

/** OpenSSL has the last word: weak keys, unknown ciphers. */
function contextOf(group: Group, common: Common, { problems }: Findings): SecureContextOptions {
  const pairs = [...group.values()];
  const options: SecureContextOptions = {
    ...common,
    cert: pairs.map(({ certificatePem }) => certificatePem),
    key: pairs.map(({ keyPem }) => keyPem),
  };
  try {
    createSecureContext(options);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    problems.push(
      `TLS cannot be made with ${pathsOf(group)} (${why}); check the certificate, the ciphers and the versions`,
    );
  }
  return options;
}

function refuseOn({ problems }: Findings): void {
  if (problems.length > 0) throw new CertificateError([...new Set(problems)]);
}

/** Reads and checks everything. Throws a `CertificateError` that has all that is wrong. */
export function loadCertificates(settings: CertificateSettings, nowMs: number): Loaded {
  const findings: Findings = { problems: [], warnings: [] };
  const expiries: Expiry[] = [];
  const common = readCommon(settings, findings, expiries);
  const main = readPair(settings, nowMs, findings);
  const others = (settings.names ?? []).flatMap((named): [NamedCertificate, Pair][] => {
    const pair = readPair(named, nowMs, findings);
    return pair === undefined ? [] : [[named, pair]];
  });
  refuseOn(findings);
  if (main === undefined) throw new CertificateError([`${settings.certificate} cannot be used`]);
  const groups = groupPairs(main, others, findings);
  refuseOn(findings);
  const contexts = new Map([...groups].map(([host, group]) => [host, contextOf(group, common, findings)]));
  refuseOn(findings);
  const context = contexts.get(EVERY_HOST) ?? {};
  contexts.delete(EVERY_HOST);
  const pairs = [main, ...others.map(([, pair]) => pair)];
  return {
    context,
    hosts: contexts,
    leaf: main.leaf,
    pin: pinOf(main.leaf),
    expiries: [...pairs.map(({ files, notAfterMs }) => ({ path: files.certificate, notAfterMs })), ...expiries],
    warnings: [...new Set(findings.warnings)],
    digest: createHash('sha256')
      .update(JSON.stringify([context, ...contexts]))
      .digest('hex'),
  };
}
