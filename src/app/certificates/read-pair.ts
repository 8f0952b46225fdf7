/** Reads a certificate and its key from their files, and says what is wrong with them. */
import { createHash, createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { type Findings, pemBlocks, readText, type TextFile } from './findings.ts';

/** Paths of PEM files; one file may hold both. */
export interface PairFiles {
  /** The server's own certificate first, then each issuer after the one that it signed. */
  readonly certificate: string;
  readonly key: string;
}

/** A certificate that can be used. */
export interface Pair {
  readonly files: PairFiles;
  readonly certificatePem: string;
  readonly keyPem: string;
  readonly leaf: X509Certificate;
  /** `rsa`, `ec`, …: a context can have one certificate of each. */
  readonly keyType: string;
  /** When the first of what clients check ends, in milliseconds since 1970. */
  readonly notAfterMs: number;
}

const OTHERS_MAY_READ = 0o004;

/** What is encrypted says so in its label (RFC 5958), or in a header of older forms (RFC 1421). */
const ENCRYPTED = /BEGIN ENCRYPTED PRIVATE KEY|^Proc-Type: 4,ENCRYPTED/m;

/** The certificates of a file, in their order; `undefined` when one cannot be read. */
export function parseCertificates({ path, text }: TextFile, { problems }: Findings): X509Certificate[] | undefined {
  const blocks = pemBlocks(text, /^CERTIFICATE$/);
  try {
    if (blocks.length > 0) return blocks.map((block) => new X509Certificate(block));
    problems.push(`${path} holds no certificate in PEM (-----BEGIN CERTIFICATE-----); convert it or name another file`);
  } catch {
    problems.push(`${path} holds a damaged certificate; get it anew from whoever issued it`);
  }
  return undefined;
}

function parseKey({ path, text }: TextFile, { problems }: Findings): KeyObject | undefined {
  const [block] = pemBlocks(text, /PRIVATE KEY$/);
  if (block !== undefined && ENCRYPTED.test(block)) {
    problems.push(`the key in ${path} is encrypted; decrypt it (openssl pkey -in … -out …) into a file of its own`);
    return undefined;
  }
  try {
    if (block !== undefined) return createPrivateKey(block);
    problems.push(`${path} holds no private key in PEM (-----BEGIN PRIVATE KEY-----); convert it or name another file`);
  } catch {
    problems.push(`${path} holds a damaged private key; name the key that the certificate was made for`);
  }
  return undefined;
}

function flawOf(files: PairFiles, chain: readonly X509Certificate[], key: KeyObject): string | undefined {
  const own = chain.findIndex((certificate) => certificate.checkPrivateKey(key));
  const { certificate: path } = files;
  if (own < 0)
    return `the key in ${files.key} does not belong to the certificate in ${path}; name the key that it was made for`;
  if (own > 0)
    return `${path} has the certificate of the key at place ${own + 1}; put it first, then each issuer after the one that it signed`;
  const gap = chain.slice(1).findIndex((issuer, index) => chain[index]?.checkIssued(issuer) !== true);
  return gap < 0
    ? undefined
    : `in ${path} certificate ${gap + 2} did not issue certificate ${gap + 1}; put each issuer after the one that it signed, and nothing else`;
}

const isSelfIssued = ({ subject, issuer }: X509Certificate): boolean => subject === issuer;

/** The end of a root does not matter to those who trust it. */
const firstEnd = (chain: readonly X509Certificate[]): number =>
  Math.min(
    ...chain
      .filter((certificate, place) => place === 0 || !isSelfIssued(certificate))
      .map(({ validToDate }) => validToDate.getTime()),
  );

function* warningsOf(
  leaf: X509Certificate,
  { certificate, key }: PairFiles,
  keyMode: number,
  nowMs: number,
): Iterable<string> {
  const start = leaf.validFromDate;
  if (start.getTime() > nowMs)
    yield `the certificate in ${certificate} is not valid before ${start.toISOString()}; look whether the clock is right`;
  if ((keyMode & OTHERS_MAY_READ) !== 0 && process.platform !== 'win32')
    yield `everyone on this machine can read the key in ${key}; make it readable by its owner only (chmod 600)`;
}

/** Reads a pair; `undefined` when it cannot be used, and then the findings say why. */
export function readPair(files: PairFiles, nowMs: number, findings: Findings): Pair | undefined {
  const certificateFile = readText(files.certificate, 'certificate', findings);
  const keyFile = readText(files.key, 'key', findings);
  const chain = certificateFile && parseCertificates(certificateFile, findings);
  const key = keyFile && parseKey(keyFile, findings);
  const leaf = chain?.[0];
  if (chain === undefined || leaf === undefined || keyFile === undefined || key === undefined) return undefined;
  const flaw = flawOf(files, chain, key);
  if (flaw !== undefined) {
    findings.problems.push(flaw);
    return undefined;
  }
  findings.warnings.push(...warningsOf(leaf, files, keyFile.mode, nowMs));
  return {
    files,
    certificatePem: chain.map(String).join(''),
    keyPem: key.export({ type: 'pkcs8', format: 'pem' }),
    leaf,
    keyType: key.asymmetricKeyType ?? 'unknown',
    notAfterMs: firstEnd(chain),
  };
}

/** What `curl --pinnedpubkey` takes: the hash of the public key, which stays when a certificate is renewed for it. */
export const pinOf = ({ publicKey }: X509Certificate): string =>
  `sha256//${createHash('sha256')
    .update(publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`;
