/** Interfaces as `show interfaces`, `show ip interface` and `show ip interface brief` tell them. */
import type { RunningSystem } from '../command.ts';
import { physicalInterfaces, type PhysicalInterface } from '../platforms/interface-names.ts';

export interface InterfaceState {
  readonly short: string;
  /** Address and mask as configured. */
  readonly address: readonly [address: string, mask: string] | undefined;
  readonly status: string;
  readonly protocol: 'up' | 'down';
  readonly isShut: boolean;
  readonly description: string;
}

const SHORT: readonly (readonly [long: string, short: string])[] = [
  ['GigabitEthernet', 'Gi'],
  ['FastEthernet', 'Fa'],
  ['Vlan', 'Vl'],
];

const shortName = (name: string): string =>
  SHORT.reduce((text, [long, short]) => (text.startsWith(long) ? text.replace(long, short) : text), name);

const isSwitchPort = ({ platform }: RunningSystem, { group }: PhysicalInterface): boolean =>
  (platform.style === 'catalyst' || platform.style === 'catalyst-9k') && group.kind !== 'Vlan';

function statusOf(system: RunningSystem, one: PhysicalInterface, { isShut, isUp }: Standing): string {
  if (isShut) return isSwitchPort(system, one) ? 'disabled' : 'administratively down';
  return isUp ? 'up' : 'down';
}

interface Standing {
  readonly isShut: boolean;
  readonly isUp: boolean;
}

/** `10.0.0.1 255.255.255.0` as its two parts. */
function addressOf(text: string | undefined): InterfaceState['address'] {
  const [address, mask] = text?.split(' ') ?? [];
  return address === undefined || mask === undefined ? undefined : [address, mask];
}

/** Routers' interfaces, and SVIs, are shut until somebody opens them; cables are in the first of each kind. */
export function interfaceState(system: RunningSystem, one: PhysicalInterface): InterfaceState {
  const section = system.config.section(`interface ${one.name}`);
  const { kind, slot, first } = one.group;
  const isShut = section?.get('shutdown')?.text === 'shutdown';
  const hasCable = one.name === `${kind}${slot}${first}`;
  const isUp = !isShut && hasCable;
  return {
    short: shortName(one.name),
    address: addressOf(section?.value('ip address')),
    status: statusOf(system, one, { isShut, isUp }),
    protocol: isUp ? 'up' : 'down',
    isShut,
    description: section?.value('description') ?? '',
  };
}

export function ipInterfaceBrief(system: RunningSystem): string {
  const rows = physicalInterfaces(system.platform).map((one) => {
    const { address, status, protocol } = interfaceState(system, one);
    const method = address === undefined ? 'unset' : 'NVRAM';
    return `${one.name.padEnd(22)} ${(address?.[0] ?? 'unassigned').padEnd(15)} YES ${method.padEnd(6)} ${status.padEnd(21)} ${protocol}\n`;
  });
  return `Interface              IP-Address      OK? Method Status                Protocol\n${rows.join('')}`;
}

/** `255.255.255.0` as 24. */
const prefixLength = (mask: string): number =>
  mask
    .split('.')
    .map((octet) => Number(octet).toString(2).replaceAll('0', '').length)
    .reduce((sum, ones) => sum + ones, 0);

const macOf = (system: RunningSystem, name: string): string => {
  const index = physicalInterfaces(system.platform).findIndex((one) => one.name === name) + 1;
  const whole = (BigInt(`0x${system.hardware.facts.mac}`) + BigInt(index)).toString(16).padStart(12, '0');
  return (whole.match(/.{4}/g) ?? []).join('.');
};

export function interfaceText(system: RunningSystem, one: PhysicalInterface): string {
  const { address, status, protocol, description } = interfaceState(system, one);
  const mac = macOf(system, one.name);
  return [
    `${one.name} is ${status}, line protocol is ${protocol}`,
    `  Hardware is ${one.group.hardware}, address is ${mac} (bia ${mac})`,
    ...(description === '' ? [] : [`  Description: ${description}`]),
    ...(address === undefined ? [] : [`  Internet address is ${address[0]}/${prefixLength(address[1])}`]),
    `  MTU 1500 bytes, BW ${one.group.bandwidthKbit} Kbit/sec, DLY 10 usec,`,
    '     reliability 255/255, txload 1/255, rxload 1/255',
    '  Encapsulation ARPA, loopback not set',
    '  Last input never, output never, output hang never',
    '  Last clearing of "show interface" counters never',
    '  5 minute input rate 0 bits/sec, 0 packets/sec',
    '  5 minute output rate 0 bits/sec, 0 packets/sec',
    '     0 packets input, 0 bytes, 0 no buffer',
    '     0 input errors, 0 CRC, 0 frame, 0 overrun, 0 ignored',
    '     0 packets output, 0 bytes, 0 underruns',
    '     0 output errors, 0 collisions, 0 interface resets',
    '',
  ].join('\n');
}

export function ipInterfaceText(system: RunningSystem, one: PhysicalInterface): string {
  const { address, status, protocol } = interfaceState(system, one);
  const head = `${one.name} is ${status}, line protocol is ${protocol}\n`;
  if (address === undefined) return `${head}  Internet protocol processing disabled\n`;
  return `${head}  Internet address is ${address[0]}/${prefixLength(address[1])}\n  Broadcast address is 255.255.255.255\n  MTU is 1500 bytes\n  Outgoing access list is not set\n  Inbound  access list is not set\n`;
}
