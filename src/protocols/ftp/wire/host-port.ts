/** The addresses in PORT, PASV, EPRT and EPSV (RFC 959 §4.1.2, RFC 1123 §4.1.2.6, RFC 2428). */

export interface HostPort {
  readonly family: 4 | 6;
  readonly host: string;
  readonly port: number;
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;

/** `h1,h2,h3,h4,p1,p2` as PORT sends it; `undefined` when it is not six bytes. */
export function parsePort(text: string): HostPort | undefined {
  if (!/^\d{1,3}(,\d{1,3}){5}$/.test(text.trim())) return undefined;
  const numbers = text.trim().split(',').map(Number);
  if (numbers.some((number) => number > 255)) return undefined;
  const [high = 0, low = 0] = numbers.slice(4);
  const port = high * 256 + low;
  return isPort(port) ? { family: 4, host: numbers.slice(0, 4).join('.'), port } : undefined;
}

/** `|1|132.235.1.2|6275|` or `|2|1080::8:800:200C:417A|5282|`; only the shape is judged. `protocol` for another family. */
export function parseEprt(text: string): HostPort | 'protocol' | undefined {
  // RFC 2428 §2: any printable ASCII character may part the fields.
  const [, , protocol, host = '', port = ''] = /^([\x21-\x7e])(\d{1,2})\1([^\s]+)\1(\d{1,5})\1$/.exec(text) ?? [];
  if (protocol === undefined || !isPort(Number(port))) return undefined;
  const form = HOST_FORMS.get(protocol);
  if (form === undefined) return 'protocol';
  return form.shape.test(host) ? { family: form.family, host, port: Number(port) } : undefined;
}

/** RFC 2428 §2: the numbers of the network protocols, and what an address of each looks like. */
const HOST_FORMS: ReadonlyMap<string, { readonly family: 4 | 6; readonly shape: RegExp }> = new Map([
  ['1', { family: 4, shape: /^\d{1,3}(\.\d{1,3}){3}$/ }],
  ['2', { family: 6, shape: /^[0-9a-fA-F:.]{2,45}$/ }],
]);

/** What EPSV may be followed by (RFC 2428 §3). */
export type EpsvArgument = 'any' | 'ALL' | '1' | '2' | 'other';

export function parseEpsv(text: string): EpsvArgument | undefined {
  const word = text.trim().toUpperCase();
  if (word === '') return 'any';
  if (word === 'ALL' || word === '1' || word === '2') return word;
  return /^\d{1,2}$/.test(word) ? 'other' : undefined;
}

/** The 227 text. Clients look for the six numbers; the brackets are what RFC 1123 found most of them to want. */
export const printPassive = (ipv4: string, port: number): string =>
  `Entering Passive Mode (${ipv4.replaceAll('.', ',')},${port >> 8},${port & 255}).`;

/** The 229 text (RFC 2428 §3). */
export const printExtendedPassive = (port: number): string => `Entering Extended Passive Mode (|||${port}|)`;
