/** How a host and a port are written in a URL. */

/** `127.0.0.1:2121`, `[::1]:2121`. */
export const authority = (host: string, port: number): string =>
  host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
