/** The startup-config of a device that somebody has made ready: a user, a secret, lines that let people in. */
import type { DeviceSettings } from '../../config/device-settings.ts';
import { hashSecret, type Platform } from '../../device/index.ts';

const DOMAIN = 'lab.example';
/** Vty lines of routers; switches have sixteen. */
const LINES = { router: 4, switch: 15 } as const;

/** The interface that leads to the network, and its address as clients know it. */
function managementInterface(platform: Platform, { telnet, ssh }: DeviceSettings): readonly string[] {
  const host = ssh?.host ?? telnet?.host ?? '';
  if (!/^\d+(\.\d+){3}$/.test(host) || host === '0.0.0.0') return [];
  const [first] = platform.interfaces;
  const name = first === undefined ? 'Vlan1' : `${first.kind}${first.slot}${first.first}`;
  return [`interface ${name}`, ` ip address ${host} ${host.startsWith('127.') ? '255.0.0.0' : '255.255.255.0'}`, '!'];
}

/** The text, as a saved configuration has it. `random` is for the salts of its secrets. */
export async function defaultConfiguration(
  platform: Platform,
  settings: DeviceSettings,
  random: (bytes: number) => Uint8Array,
): Promise<string> {
  const { hostname, user, enable } = settings;
  const type = platform.secretType;
  const secret = async (text: string): Promise<string> => `${type} ${await hashSecret(type, text, random)}`;
  const rights = user.privilege === 1 ? '' : ` privilege ${user.privilege}`;
  const last = platform.members.length > 0 ? LINES.switch : LINES.router;
  return [
    'service timestamps debug datetime msec',
    'service timestamps log datetime msec',
    '!',
    `hostname ${hostname}`,
    '!',
    ...(platform.install === 'install' ? ['boot system flash:packages.conf', '!'] : []),
    `enable secret ${await secret(enable)}`,
    '!',
    `username ${user.name}${rights} secret ${await secret(user.password)}`,
    '!',
    'no ip domain lookup',
    `ip domain name ${DOMAIN}`,
    'ip ssh version 2',
    '!',
    ...managementInterface(platform, settings),
    'line con 0',
    ' logging synchronous',
    `line vty 0 ${last}`,
    ' login local',
    ' transport input all',
    '!',
    'end',
    '',
  ].join('\n');
}
