/** How a host and a port are written in a URL. */

/** `127.0.0.1:2121`, `[::1]:2121`. */
export const authority = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;

/** The host of `127.0.0.1:2121` or `[::1]:2121`, without brackets; the whole text when it has no port. */
export const hostOf = (text: string): string => /^\[(.*)\]:\d+$/.exec(text)?.[1] ?? text.replace(/:\d+$/, '');
