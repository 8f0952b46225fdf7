/** What a configuration holds before anybody has said anything: the interfaces and lines that the box has. */
import { physicalInterfaces, type PhysicalInterface } from './platforms/interface-names.ts';
import type { Platform } from './platforms/platform.ts';
import { type ConfigLine, Configuration } from './state/configuration.ts';

/** That an interface has no address is said, and not left out. */
export const NO_ADDRESS: ConfigLine = { text: 'no ip address', rank: 20 };

const INTERFACE_RANK = 1000;
const CONSOLE_RANK = 3000;
const VTY_RANK = 3001;

const isSwitch = ({ members }: Platform): boolean => members.length > 0;

/** Routers' interfaces are shut until somebody opens them. */
function interfaceLine(platform: Platform, { name, group }: PhysicalInterface, isBlank: boolean): ConfigLine {
  const section = new Configuration();
  const isRouted = !isSwitch(platform) || group.kind === 'Vlan';
  if (isRouted) section.set('ip address', NO_ADDRESS);
  if (isRouted && isBlank) section.set('shutdown', { text: 'shutdown', rank: 30 });
  return { text: `interface ${name}`, rank: INTERFACE_RANK, section };
}

/** `blank`: nothing was saved, so that the lines are as the factory has them; `configured`: what was saved comes next. */
export function layFactoryLines(platform: Platform, config: Configuration, state: 'blank' | 'configured'): void {
  const isBlank = state === 'blank';
  for (const one of physicalInterfaces(platform))
    config.set(`interface ${one.name}`, interfaceLine(platform, one, isBlank));
  config.set('line console 0', { text: 'line con 0', rank: CONSOLE_RANK, section: new Configuration() });
  if (!isBlank) return;
  for (const lines of isSwitch(platform) ? ['0 4', '5 15'] : ['0 4']) {
    const section = new Configuration();
    section.set('login', { text: 'login', rank: 30 });
    config.set(`line vty ${lines}`, { text: `line vty ${lines}`, rank: VTY_RANK, section });
  }
}
