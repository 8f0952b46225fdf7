/** The hops of ProxyJump: `user@host:port`, `[address]:port` or `ssh://user@host:port`, with commas between them. */
import { present } from '../present.ts';

export interface Jump {
  readonly host: string;
  readonly user?: string;
  readonly port?: number;
}

const HOP =
  /^(?:ssh:\/\/)?(?:(?<user>[^\s-]\S*)@)?(?:\[(?<address>[^\]\s]+)\]|(?<name>[^\s:/[\]@-][^\s:/[\]@]*))(?::(?<port>\d{1,5}))?\/?$/;

/** None at all for `none`; `undefined` for text that names no hops. Never throws. */
export function parseJumps(text: string): readonly Jump[] | undefined {
  const trimmed = text.trim();
  if (trimmed.toLowerCase() === 'none') return [];
  const hops = trimmed.split(',').map(parseHop);
  const known = hops.filter((hop) => hop !== undefined);
  return known.length === hops.length ? known : undefined;
}

function parseHop(text: string): Jump | undefined {
  const { user, address, name, port } = HOP.exec(text)?.groups ?? {};
  const host = address ?? name;
  if (host === undefined || (port !== undefined && !isPort(Number(port)))) return undefined;
  return { host, ...present('user', user), ...present('port', port === undefined ? undefined : Number(port)) };
}

const isPort = (port: number): boolean => port >= 1 && port <= 65_535;
