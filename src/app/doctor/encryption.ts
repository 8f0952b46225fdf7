/** What is to say of a server's encryption: its certificate, or that everything travels in the clear. */
import { durationText } from '../../observe/quantities.ts';
import type { Security, TlsTrust } from '../../protocols/ftp/client/options.ts';
import type { Seen, SeenCertificate } from './certificate.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

const DAY_MS = 24 * 3_600_000;
/** A certificate that ends sooner is worth a warning. */
const SOON_DAYS = 30;
const MAX_NAMES = 8;

/** What OpenSSL's codes mean, and what to do: X509_verify_cert_error_string(3), and Node's own for names. */
const DISTRUST: ReadonlyMap<string, string> = new Map([
  ['DEPTH_ZERO_SELF_SIGNED_CERT', 'the server signed it itself'],
  ['SELF_SIGNED_CERT_IN_CHAIN', 'the authority that signed it is not known here'],
  ['UNABLE_TO_GET_ISSUER_CERT', 'the authority that signed it is not known here'],
  ['UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'the authority that signed it is not known here'],
  ['UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'the certificates between it and a known authority are missing'],
  ['CERT_HAS_EXPIRED', 'it has expired'],
  ['CERT_NOT_YET_VALID', 'it is not valid yet'],
  ['ERR_TLS_CERT_ALTNAME_INVALID', 'it is for another name'],
  ['CERT_REVOKED', 'it was revoked'],
]);

/** A fingerprint as it is pinned, and as it fits in a line. */
const bare = (text: string): string => text.replaceAll(':', '').toUpperCase();

const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 10);

function trustFinding(certificate: SeenCertificate, tls: TlsTrust): Finding {
  const { distrust, fingerprint256 } = certificate;
  if (tls.pin !== undefined) {
    if (bare(tls.pin) === bare(fingerprint256)) return ok('certificate', 'It is the certificate that was pinned');
    const sentence = `Its fingerprint is ${bare(fingerprint256)}, not the one that was pinned`;
    return problem('certificate', sentence, 'ask whoever runs the server whether its certificate was changed');
  }
  if (distrust === undefined) return ok('certificate', 'It is verified: its authority is trusted, and the name fits');
  const why = DISTRUST.get(distrust) ?? distrust;
  const advice = `compare its fingerprint with whoever runs the server, then pin it: ${bare(fingerprint256)}`;
  return tls.verify === 'off'
    ? warning('certificate', `It cannot be verified (${why}), and was not: anybody could stand between`, advice)
    : problem('certificate', `It cannot be verified: ${why}`, advice);
}

function expiryFinding({ notAfterMs }: SeenCertificate, nowMs: number): Finding {
  const leftDays = Math.floor((notAfterMs - nowMs) / DAY_MS);
  if (notAfterMs <= nowMs)
    return problem('certificate', `It ended on ${dateText(notAfterMs)}`, 'have the server’s certificate renewed');
  const sentence = `It is valid until ${dateText(notAfterMs)}, ${leftDays} days from now`;
  return leftDays < SOON_DAYS
    ? warning('certificate', sentence, 'have the server’s certificate renewed before')
    : ok('certificate', sentence);
}

function certificateFindings(certificate: SeenCertificate, tls: TlsTrust, nowMs: number): readonly Finding[] {
  const { subject, issuer, names, fingerprint256 } = certificate;
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  const whose = `The certificate is ${subject}’s, for ${names.slice(0, MAX_NAMES).join(', ') || 'no name'}${more}, signed by ${issuer}`;
  return [
    note('certificate', whose),
    expiryFinding(certificate, nowMs),
    trustFinding(certificate, tls),
    note('certificate', `Its SHA-256 fingerprint, to pin: ${bare(fingerprint256)}`),
  ];
}

/** What is to say before anybody has logged in. */
export function encryptionFindings(
  seen: Seen,
  wanted: { readonly security: Security; readonly tls: TlsTrust; readonly nowMs: number },
): readonly Finding[] {
  const { security, tls, nowMs } = wanted;
  if (seen.kind === 'none') {
    if (security === 'none')
      return [
        warning(
          'encryption',
          `The server does not encrypt (${seen.why}): name, password and files can be read on the way`,
          'use it inside of a network that you trust only',
        ),
      ];
    const advice =
      security === 'implicit' ? 'try ftpes://' : 'try ftps:// with port 990, or ftp:// in a trusted network';
    return [problem('encryption', `The server does not encrypt as asked: ${seen.why}`, advice)];
  }
  const { certificate } = seen;
  const offered = `${certificate.version.replace('TLSv', 'TLS ')}, ${certificate.cipher}`;
  if (security === 'none')
    return [
      warning(
        'encryption',
        `Name, password and files travel in the clear, although the server offers ${offered}`,
        'write ftps:// instead of ftp://',
      ),
      ...certificateFindings(certificate, { ...tls, verify: 'off' }, nowMs).filter(({ verdict }) => verdict === 'note'),
    ];
  return [
    ok('encryption', `The connection is encrypted with ${offered}`),
    ...certificateFindings(certificate, tls, nowMs),
  ];
}

/** How long ago, or until when, for sentences about clocks. */
export const skewText = (skewMs: number): string =>
  `${durationText(Math.abs(skewMs))} ${skewMs > 0 ? 'ahead of' : 'behind'} ours`;
