/** The addresses of this machine that others can reach. */
import { networkInterfaces } from 'node:os';

/** True for an address that only this machine itself reaches. */
export const isLoopback = (host: string): boolean => host === '::1' || host === 'localhost' || host.startsWith('127.');

/** True for the address that stands for all addresses. */
export const isEveryAddress = (host: string): boolean => host === '0.0.0.0' || host === '::';

/** An IPv4 address under which the network may know this machine; `undefined` without one. */
export function networkAddress(): string | undefined {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all.find(({ family, internal }) => family === 'IPv4' && !internal)?.address;
}
