/** Where a listener opens, as people write it behind a flag: `127.0.0.1:2323`, `[::1]:0`, or a port of this machine alone. */

export interface HostPort {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
}

const SHAPE = /^(?:(\[[0-9A-Fa-f:.]+\]|[^\s:[\]]+):)?(\d{1,5})$/;
const MOST_PORT = 65_535;

/** `undefined` for what is none. */
export function parseHostPort(text: string): HostPort | undefined {
  const [, host = '127.0.0.1', port] = SHAPE.exec(text.trim()) ?? [];
  if (port === undefined || Number(port) > MOST_PORT) return undefined;
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port) };
}
