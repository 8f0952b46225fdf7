/** The command line that fits a server best, after what was found. */
import type { FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import type { Seen } from './certificate.ts';
import type { Finding, Topic, Verdict } from './finding.ts';

const has = (findings: readonly Finding[], topic: Topic, verdict: Verdict): boolean =>
  findings.some((finding) => finding.topic === topic && finding.verdict === verdict);

/** `portcall ls …` with the scheme and the options that the server needs; `shown` is its address without a password. */
export function suggestionOf(
  shown: string,
  connection: FtpClientOptions,
  examined: { readonly findings: readonly Finding[]; readonly seen: Seen | undefined },
): string {
  const { findings, seen } = examined;
  const certificate = seen?.kind === 'certificate' ? seen.certificate : undefined;
  const isClear = (connection.security ?? 'none') === 'none';
  // `ftps:` on port 990 would be implicit TLS, which is not what was seen.
  const scheme = connection.port === 990 ? 'ftpes:' : 'ftps:';
  const url = isClear && certificate !== undefined ? shown.replace(/^ftp:/, scheme) : shown;
  const pin = certificate?.distrust === undefined ? '' : ` --pin ${certificate.fingerprint256.replaceAll(':', '')}`;
  const passiveFails = has(findings, 'epsv', 'problem') && !has(findings, 'pasv', 'ok');
  const active = passiveFails && has(findings, 'active', 'ok') ? ' --active' : '';
  return `portcall ls ${url}${pin}${active}`;
}
