/** Finds what belongs to a host name: exact names first, then wildcards for one label (RFC 6125 §6.4.3). */
import { domainToASCII } from 'node:url';
import type { X509Certificate } from 'node:crypto';

const LABEL = '[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?';
const HOST_PATTERN = new RegExp(`^(?:\\*\\.)?${LABEL}(?:\\.${LABEL})*$`);
const MAX_HOST_CHARACTERS = 253;

/** One spelling for a host name or a wildcard like `*.example.com`; `undefined` for what is neither. */
export function canonicalHost(text: string): string | undefined {
  const [star, name] = text.startsWith('*.') ? ['*.', text.slice(2)] : ['', text];
  const host = star + domainToASCII(name.replace(/\.$/, '')).toLowerCase();
  return host.length <= MAX_HOST_CHARACTERS && HOST_PATTERN.test(host) ? host : undefined;
}

/** The host names that a certificate was issued for; addresses are not among them. */
export function hostsOf({ subjectAltName }: X509Certificate): string[] {
  const names = [...(subjectAltName ?? '').matchAll(/(?:^|, )DNS:([^,"]+)(?=,|$)/g)];
  return names.flatMap(([, name = '']) => canonicalHost(name) ?? []);
}

/** The value for a host of which the keys are names and wildcards. */
export function findHost<T>(table: ReadonlyMap<string, T>, serverName: string): T | undefined {
  const host = serverName.toLowerCase().replace(/\.$/, '');
  const exact = host.startsWith('*') ? undefined : table.get(host);
  return exact ?? table.get(host.replace(/^[^.]+/, '*'));
}
