/** Opens TFTP listeners: for whom the rules for networks let in, at the addresses of this machine. */
import { readFileSync } from 'node:fs';
import { networkInterfaces, type NetworkInterfaceInfo } from 'node:os';
import { GUEST_NAME } from '../accounts/network-rules.ts';
import { canonicalAddress, parseAddress } from '../base/cidr.ts';
import type { ListenerSettings } from '../config/settings.ts';
import { type LocalAddress, startTftpServer, type TftpServer } from '../protocols/tftp/index.ts';
import type { House } from './house.ts';

/** `10.1.2.255` for 10.1.2.3/24; `undefined` for IPv6, which has none, and for networks of one or two. */
function broadcastOf({ address, netmask, family, internal }: NetworkInterfaceInfo): string | undefined {
  const [bytes, mask] = [parseAddress(address), parseAddress(netmask)];
  if (family !== 'IPv4' || internal || bytes === undefined || mask === undefined || mask[3] === 255) return undefined;
  return bytes.map((byte, index) => byte | (~(mask[index] ?? 0) & 0xff)).join('.');
}

/** In what the system calls one piece; Linux only. */
function mtuOf(name: string): number | undefined {
  try {
    const mtu = Number(readFileSync(`/sys/class/net/${name}/mtu`, 'utf8'));
    return mtu > 0 ? mtu : undefined;
  } catch {
    return undefined;
  }
}

function localAddresses(): LocalAddress[] {
  return Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map((info) => {
      const [broadcast, mtuBytes] = [broadcastOf(info), mtuOf(name)];
      // A link-local address leads nowhere without its zone (RFC 4007 §11).
      const zone = info.family === 'IPv6' && /^fe[89ab]/i.test(info.address) ? `%${name}` : '';
      return {
        address: `${canonicalAddress(info.address)}${zone}`,
        ...(broadcast !== undefined && { broadcast }),
        ...(mtuBytes !== undefined && { mtuBytes }),
      };
    }),
  );
}

export function openTftp(
  { host, port }: ListenerSettings,
  house: House,
  nextSession: () => string,
): Promise<TftpServer> {
  const { settings, surroundings, logs, admission, guests, tftpNames } = house;
  const { ports, fragments, broadcast, transferPorts, limits } = settings.tftp;
  return startTftpServer({
    host,
    port,
    ports,
    fragments,
    broadcast,
    limits,
    admission,
    nextSession,
    localAddresses,
    names: tftpNames.of,
    clock: surroundings.clock,
    observe: logs.observe,
    accountFor: (address) => guests.find({ name: GUEST_NAME, password: '', address, protocol: 'tftp' }),
    ...(transferPorts !== undefined && { transferPorts }),
  });
}
