/** How much of what was written the other side has not acknowledged, as the kernel knows it: Node does not tell. */
import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';

/** Ports as the kernel prints them. */
const hexadecimal = (port: number): string => port.toString(16).toUpperCase().padStart(4, '0');

/**
 * Bytes in the kernel's send queue. `undefined` where that cannot be known: on systems other than Linux, for a socket that
 * is closed, and when two connections of this machine have the same ports.
 */
export async function unsentBytes({ localPort, remotePort, remoteFamily }: Socket): Promise<number | undefined> {
  if (localPort === undefined || remotePort === undefined) return undefined;
  const table = await readFile(remoteFamily === 'IPv6' ? '/proc/self/net/tcp6' : '/proc/self/net/tcp', 'latin1').catch(
    () => '',
  );
  const row = new RegExp(
    String.raw`^ *\d+: [0-9A-F]+:${hexadecimal(localPort)} [0-9A-F]+:${hexadecimal(remotePort)} [0-9A-F]{2} ([0-9A-F]{8}):`,
    'gm',
  );
  const [first, ...others] = [...table.matchAll(row)];
  return first === undefined || others.length > 0 ? undefined : Number.parseInt(first[1] ?? '', 16);
}
