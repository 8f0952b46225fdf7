/** Writes X.509 certificates (RFC 5280 §4): the self-signed one of this server, and those of its tests. */
import { createHash, createPublicKey, type KeyObject, randomBytes, sign } from 'node:crypto';
import { parseAddress } from '../../base/cidr.ts';
import {
  bitString,
  explicit,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  pem,
  sequence,
  set,
  time,
  utf8String,
  yes,
} from './der.ts';

/** Who signs: its name, its key, and the algorithm that follows from the key. */
export interface Issuer {
  readonly commonName: string;
  readonly privateKey: KeyObject;
}

export interface CertificateContent {
  readonly commonName: string;
  readonly publicKey: KeyObject;
  /** Host names, IP addresses and mail addresses that it is good for. */
  readonly names: readonly string[];
  /** What its holder may do: serve, come as a client, or sign the certificates of others. */
  readonly purpose: 'server' | 'client' | 'authority';
  /** Milliseconds since 1970. */
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  /** Random when left out. */
  readonly serial?: Uint8Array;
}

/** 128 bits of chance, as RFC 5280 §4.1.2.2 and the browsers' rules ask for. */
const SERIAL_BYTES = 16;
const KEY_IDENTIFIER_BYTES = 20;

const VERSION_3 = Uint8Array.of(2);

const ID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAlternativeName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuthentication: '1.3.6.1.5.5.7.3.1',
  clientAuthentication: '1.3.6.1.5.5.7.3.2',
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
} as const;

/** Tags of a GeneralName (RFC 5280 §4.2.1.6). */
const MAIL_NAME = 1;
const HOST_NAME = 2;
const ADDRESS_NAME = 7;

/** Bits of a key usage (RFC 5280 §4.2.1.3): signs handshakes; signs certificates and revocation lists. */
const SIGNS_HANDSHAKES = bitString(Uint8Array.of(0x80), 7);
const SIGNS_CERTIFICATES = bitString(Uint8Array.of(0x06), 1);

export const distinguishedName = (commonName: string): Buffer =>
  sequence(set(sequence(objectIdentifier(ID.commonName), utf8String(commonName))));

/** A number for a key that all its certificates share (RFC 7093 §2, method 4). */
const keyIdentifier = (key: KeyObject): Uint8Array =>
  createHash('sha256').update(publicKeyBytes(key)).digest().subarray(0, KEY_IDENTIFIER_BYTES);

const publicKeyBytes = (key: KeyObject): Buffer => key.export({ type: 'spki', format: 'der' });

/** An extension (RFC 5280 §4.2). A critical one must be understood by whoever reads the certificate. */
export const extension = (identifier: string, weight: 'critical' | 'advice', value: Uint8Array): Buffer =>
  sequence(objectIdentifier(identifier), ...(weight === 'critical' ? [yes()] : []), octetString(value));

/** Names the issuer's key, so that a reader finds it among several. */
export const authorityKeyIdentifier = (issuer: Issuer): Buffer =>
  extension(
    ID.authorityKeyIdentifier,
    'advice',
    sequence(implicit(0, keyIdentifier(createPublicKey(issuer.privateKey)))),
  );

function generalName(name: string): Buffer {
  const address = parseAddress(name);
  if (address !== undefined) return implicit(ADDRESS_NAME, Uint8Array.from(address));
  return implicit(name.includes('@') ? MAIL_NAME : HOST_NAME, Buffer.from(name));
}

function extensionsOf({ purpose, names, publicKey }: CertificateContent, issuer: Issuer): Buffer[] {
  const mayIssue = purpose === 'authority';
  const use = purpose === 'client' ? ID.clientAuthentication : ID.serverAuthentication;
  const constraint = mayIssue ? sequence(yes()) : sequence();
  const listed = names.map(generalName);
  return [
    extension(ID.basicConstraints, 'critical', constraint),
    extension(ID.keyUsage, 'critical', mayIssue ? SIGNS_CERTIFICATES : SIGNS_HANDSHAKES),
    extension(ID.subjectKeyIdentifier, 'advice', octetString(keyIdentifier(publicKey))),
    authorityKeyIdentifier(issuer),
    ...(mayIssue ? [] : [extension(ID.extendedKeyUsage, 'advice', sequence(objectIdentifier(use)))]),
    ...(listed.length === 0 ? [] : [extension(ID.subjectAlternativeName, 'advice', sequence(...listed))]),
  ];
}

/** Signs with ECDSA and SHA-256; the issuer's key must be on the curve P-256. */
export const signatureAlgorithm = (): Buffer => sequence(objectIdentifier(ID.ecdsaWithSha256));

/** What certificates and revocation lists have in common: content, algorithm, signature. */
export const signed = (content: Uint8Array, issuer: Issuer): Buffer =>
  sequence(content, signatureAlgorithm(), bitString(sign('sha256', content, issuer.privateKey)));

/** A certificate as PEM. Self-signed when the issuer's key is the other half of its own. */
export function writeCertificate(content: CertificateContent, issuer: Issuer): string {
  const { commonName, publicKey, notBeforeMs, notAfterMs, serial = randomBytes(SERIAL_BYTES) } = content;
  const certificate = sequence(
    explicit(0, integer(VERSION_3)),
    integer(serial),
    signatureAlgorithm(),
    distinguishedName(issuer.commonName),
    sequence(time(notBeforeMs), time(notAfterMs)),
    distinguishedName(commonName),
    publicKeyBytes(publicKey),
    explicit(3, sequence(...extensionsOf(content, issuer))),
  );
  return pem('CERTIFICATE', signed(certificate, issuer));
}
