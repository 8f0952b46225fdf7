/** `show version`, as each family of devices words it. */
import type { RunningImage, RunningSystem } from '../command.ts';
import type { Platform, Style } from '../platforms/platform.ts';
import { physicalInterfaces } from '../platforms/interface-names.ts';
import { uptimeText } from './time.ts';
import { parseImageVersion, xeReleaseName } from '../image/image-version.ts';

/** `[Amsterdam]`: releases of IOS XE are named after cities and mountains. */
function releaseName({ version }: RunningImage): string {
  const parsed = parseImageVersion(version);
  const name = parsed === undefined ? undefined : xeReleaseName(parsed);
  return name === undefined ? '' : `[${name}]`;
}

const LEGAL = [
  'This product contains cryptographic features and is subject to United',
  'States and local country laws governing import, export, transfer and',
  'use.',
] as const;

interface Words {
  readonly system: RunningSystem;
  readonly platform: Platform;
}

const registerText = (value: number): string => `0x${value.toString(16).toUpperCase()}`;

/** `Configuration register is 0x2101 (will be 0x2102 at next reload)`. */
export function registerLine({ hardware }: RunningSystem): string {
  const { register, nextRegister } = hardware.facts;
  const next =
    nextRegister === undefined || nextRegister === register
      ? ''
      : ` (will be ${registerText(nextRegister)} at next reload)`;
  return `Configuration register is ${registerText(register)}${next}`;
}

/** `17.03.01` of `17.3.1`, as the XE line has it. */
const padded = (version: string): string =>
  version.replace(/^(\d+)\.(\d+)\.(\d+)/, (_all, ...parts: string[]) =>
    parts
      .slice(0, 3)
      .map((part) => part.padStart(2, '0'))
      .join('.'),
  );

const SOFTWARE: Readonly<Record<Style, (image: RunningImage) => readonly string[]>> = {
  classic: (image) => [
    'Cisco Internetwork Operating System Software ',
    `IOS (tm) ${image.family} Software (${image.imageId}), Version ${image.version}, ${image.release}`,
  ],
  'isr-g2': (image) => [
    `Cisco IOS Software, ${image.family} Software (${image.imageId}), Version ${image.version}, ${image.release}`,
  ],
  catalyst: (image) => [
    `Cisco IOS Software, ${image.family} Software (${image.imageId}), Version ${image.version}, ${image.release}`,
  ],
  'catalyst-9k': (image) => [
    `Cisco IOS XE Software, Version ${padded(image.version)}`,
    `Cisco IOS Software ${releaseName(image)}, Catalyst L3 Switch Software (${image.imageId}), Version ${image.version}, ${image.release}`,
  ],
  'isr-xe': (image) => [
    `Cisco IOS XE Software, Version ${padded(image.version)}`,
    `Cisco IOS Software ${releaseName(image)}, ISR Software (${image.imageId}), Version ${image.version}, ${image.release}`,
  ],
};

/** The lines that name the software; at boot they are the same. */
export const softwareLines = ({ style }: Platform, image: RunningImage): readonly string[] => SOFTWARE[style](image);

const LOADER: Readonly<Record<Style, (platform: Platform) => string>> = {
  classic: ({ loader }) => `ROM: System Bootstrap, Version ${loader.version}, RELEASE SOFTWARE (fc1)`,
  'isr-g2': ({ loader }) => `ROM: System Bootstrap, Version ${loader.version}, RELEASE SOFTWARE (fc1)`,
  catalyst: ({ factory, loader }) =>
    `ROM: Bootstrap program is ${factory.family} boot loader\nBOOTLDR: ${factory.family} Boot Loader (${factory.family}-HBOOT-M) Version ${loader.version}, RELEASE SOFTWARE (fc1)`,
  'catalyst-9k': ({ loader }) =>
    `ROM: IOS-XE ROMMON\nBOOTLDR: System Bootstrap, Version ${loader.version}, RELEASE SOFTWARE (P)`,
  'isr-xe': () => 'ROM: IOS-XE ROMMON',
};

/** Two digits at a time, with colons between them. */
const macText = (mac: string): string => (mac.toUpperCase().match(/../g) ?? []).join(':');

const copyrightOf = (style: Style): readonly string[] => [
  style === 'classic'
    ? 'Copyright (c) 1986-2008 by cisco Systems, Inc.'
    : 'Technical Support: http://www.cisco.com/techsupport',
  ...(style === 'classic' ? [] : ['Copyright (c) 1986-2020 by Cisco Systems, Inc.']),
];

function upLines({ system }: Words): readonly string[] {
  const up = uptimeText(system.world.clock.monotonic() - system.startedMs);
  const { returnedBy } = system.hardware.facts;
  const { style } = system.platform;
  const isXe = style === 'isr-xe' || style === 'catalyst-9k';
  return [
    `${system.hostname} uptime is ${up}`,
    ...(isXe ? [`Uptime for this control processor is ${up}`] : []),
    `System returned to ROM by ${returnedBy}`,
    `System image file is "${system.image.file}"`,
    ...(style === 'classic' || style === 'catalyst' ? [] : [`Last reload reason: ${returnedBy}`]),
    ...(style === 'isr-g2' ? ['Last reload type: Normal Reload'] : []),
  ];
}

function interfaceLines(platform: Platform): readonly string[] {
  const kinds = new Map<string, number>();
  for (const { group } of physicalInterfaces(platform)) kinds.set(group.kind, (kinds.get(group.kind) ?? 0) + 1);
  return [...kinds].map(([kind, count]) => {
    const name = { GigabitEthernet: 'Gigabit Ethernet', Vlan: 'Virtual Ethernet' }[kind] ?? kind;
    return `${count} ${name} interface${count === 1 ? '' : 's'}`;
  });
}

const kib = (bytes: number): number => Math.floor(bytes / 1024);

/** The product and its memory, in one line. */
export function boardLine({ style, model, processor, memoryKib: { main, io } }: Platform): string {
  const memory = style === 'catalyst' ? `${main}K` : `${main}K/${io}K`;
  const revision = style === 'catalyst' ? '(revision B0) ' : '';
  const board = style === 'isr-g2' ? '(revision 1.0) ' : `(${processor}) processor ${revision}`;
  return `${style === 'isr-g2' ? 'Cisco' : 'cisco'} ${model} ${board}with ${memory} bytes of memory.`;
}

function routerBoard({ system, platform }: Words): readonly string[] {
  const { serial } = system.hardware.facts;
  const flash = kib(platform.volumes[0]?.bytes ?? 0);
  const isXe = platform.style === 'isr-xe';
  return [
    boardLine(platform),
    `Processor board ID ${serial}`,
    ...(isXe ? ['Router operating mode: Autonomous'] : []),
    ...interfaceLines(platform),
    ...(platform.style === 'isr-g2' ? ['DRAM configuration is 64 bits wide with parity disabled.'] : []),
    `${platform.nvramKib}K bytes of non-volatile configuration memory.`,
    isXe
      ? `${flash}K bytes of flash memory at bootflash:.`
      : platform.style === 'classic'
        ? `${flash}K bytes of processor board System flash (Read/Write)`
        : `${flash}K bytes of ATA System CompactFlash 0 (Read/Write)`,
  ];
}

function licences({ system, platform }: Words): readonly string[] {
  return [
    '',
    '',
    'License Info:',
    '',
    'License UDI:',
    '',
    '-------------------------------------------------',
    'Device#\t  PID\t\t\tSN',
    '-------------------------------------------------',
    `*1\t  ${platform.model.padEnd(17)}\t${system.hardware.facts.serial}     `,
    '',
    '',
    '',
    "Technology Package License Information for Module:'c2900' ",
    '',
    '-----------------------------------------------------------------',
    'Technology    Technology-package           Technology-package',
    '              Current       Type           Next reboot  ',
    '------------------------------------------------------------------',
    'ipbase        ipbasek9      Permanent      ipbasek9',
    'security      None          None           None',
    'uc            None          None           None',
    'data          None          None           None',
    '',
  ];
}

function switchBoard({ system, platform }: Words): readonly string[] {
  const { serial, mac } = system.hardware.facts;
  const isNew = platform.style === 'catalyst-9k';
  return [
    boardLine(platform),
    `Processor board ID ${serial}`,
    ...(isNew ? [] : ['Last reset from power-on']),
    ...interfaceLines(platform),
    ...(isNew
      ? [`${platform.nvramKib}K bytes of non-volatile configuration memory.`]
      : [
          'The password-recovery mechanism is enabled.',
          '',
          `${platform.nvramKib}K bytes of flash-simulated non-volatile configuration memory.`,
        ]),
    ...(isNew ? [`${kib(platform.volumes[0]?.bytes ?? 0)}K bytes of Flash at flash:.`, ''] : []),
    `Base ethernet MAC Address       : ${macText(mac)}`,
    'Motherboard assembly number     : 73-10390-03',
    `Motherboard serial number       : ${serial}`,
    ...(isNew ? [] : ['Power supply part number        : 341-0097-02']),
    'Model revision number           : B0',
    'Motherboard revision number     : A0',
    `Model number                    : ${platform.model}`,
    `System serial number            : ${serial}`,
    '',
    '',
    ...memberTable({ system, platform }),
  ];
}

function memberTable({ system, platform }: Words): readonly string[] {
  const { version, imageId, mode } = system.image;
  const hasMode = platform.style === 'catalyst-9k';
  const head = `Switch Ports Model${' '.repeat(hasMode ? 14 : 20)}SW Version${' '.repeat(hasMode ? 8 : 12)}SW Image${hasMode ? '              Mode   ' : '                 '}`;
  const rule = `------ ----- -----${' '.repeat(hasMode ? 14 : 20)}----------${' '.repeat(hasMode ? 8 : 12)}----------${hasMode ? '            ----   ' : '               '}`;
  const rows = platform.members.map(({ model, ports }, index) => {
    const star = index === 0 ? '*' : ' ';
    const columns = `${star}${String(index + 1).padStart(5)} ${String(ports).padEnd(5)} `;
    if (hasMode)
      return `${columns}${model.padEnd(18)} ${padded(version).padEnd(17)} ${imageId.padEnd(21)} ${mode.toUpperCase()}`;
    return `${columns}${model.padEnd(24)} ${version.padEnd(21)} ${imageId}`;
  });
  return [head, rule, ...rows, ''];
}

/** The whole of it. */
export function showVersion(system: RunningSystem): string {
  const { platform, image } = system;
  const words = { system, platform };
  const isSwitch = platform.style === 'catalyst' || platform.style === 'catalyst-9k';
  const lines = [
    ...softwareLines(platform, image),
    ...copyrightOf(platform.style),
    `Compiled ${image.compiled}`,
    ...(platform.style === 'classic' ? ['Image text-base: 0x8000808C, data-base: 0x80F3A8B8'] : []),
    '',
    LOADER[platform.style](platform),
    '',
    ...upLines(words),
    '',
    ...(platform.style === 'classic' ? [] : [...LEGAL, '']),
    ...(isSwitch ? switchBoard(words) : routerBoard(words)),
    ...(platform.style === 'isr-g2' ? licences(words) : []),
    '',
    registerLine(system),
    '',
  ];
  return lines.join('\n');
}
