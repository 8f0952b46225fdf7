/** `show …`: what the device tells of itself. Files and boot have files of their own. */
import type { Call, CommandRow, LineSession, RunningSystem } from '../command.ts';
import { physicalInterfaces } from '../platforms/interface-names.ts';
import { interfaceState, interfaceText, ipInterfaceBrief, ipInterfaceText } from '../render/interfaces.ts';
import { showVersion } from '../render/show-version.ts';
import { clockText, momentText } from '../render/time.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { readText } from '../state/volumes.ts';

/** Header and lines of the running configuration. */
export function runningConfigText(system: RunningSystem): string {
  const { lastChange } = system;
  const body = system.configurationText();
  const by = lastChange?.by === undefined ? '' : ` by ${lastChange.by}`;
  const changed =
    lastChange === undefined ? '' : `!\n! Last configuration change at ${momentText(lastChange.atMs)}${by}\n`;
  return `Building configuration...\n\nCurrent configuration : ${body.length} bytes\n${changed}${body}\n`;
}

/** The part of the configuration that a command names: `show running-config interface Gi0/0`. */
function partOf(system: RunningSystem, key: string): string {
  const line = system.config.get(key);
  const inner = line?.section?.entries().map(([, { text }]) => ` ${text}`) ?? [];
  const text = [line?.text ?? key, ...inner].join('\n');
  return `Building configuration...\n\nCurrent configuration : ${text.length} bytes\n!\n${text}\nend\n\n`;
}

async function startupConfig({ system }: Call): Promise<string> {
  const text = await readText(system.volumes.nvram.files, STARTUP_CONFIG);
  if (text === undefined) return 'startup-config is not present\n';
  const bytes = Buffer.byteLength(text);
  return `Using ${bytes} out of ${system.volumes.nvram.facts.bytes} bytes\n${text}`;
}

function idleText(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

function usersText({ sessions }: RunningSystem, asking: LineSession): string {
  const rows = [...sessions]
    .toSorted((one, other) => one.line.absolute - other.line.absolute)
    .map((session) => {
      const { kind, number, absolute } = session.line;
      const name = `${session === asking ? '*' : ' '}${String(absolute).padStart(3)} ${kind} ${number}`;
      return `${name.padEnd(15)}${(session.user ?? '').padEnd(11)}idle                 ${idleText(session.idleMs)} ${session.peer ?? ''}`;
    });
  return [
    '    Line       User       Host(s)              Idle       Location',
    ...rows,
    '',
    '  Interface    User               Mode         Idle     Peer Address',
    '',
    '',
  ].join('\n');
}

function loggingText({ logged, config }: RunningSystem): string {
  const console = config.get('logging console')?.text.startsWith('no ') === true ? 'disabled' : 'level debugging';
  return [
    'Syslog logging: enabled (0 messages dropped, 0 messages rate-limited, 0 flushes, 0 overruns, xml disabled, filtering disabled)',
    '',
    `    Console logging: ${console}, ${logged.length} messages logged, xml disabled,`,
    '                     filtering disabled',
    `    Buffer logging:  level debugging, ${logged.length} messages logged, xml disabled,`,
    '                     filtering disabled',
    `    Trap logging: level informational, ${logged.length} message lines logged`,
    // Nothing is sent: a virtual device has no wire to a log server.
    ...config
      .under('logging host')
      .map(
        ({ text }) =>
          `        Logging to ${text.split(' ').at(-1) ?? ''}  (udp port 514, audit disabled, link down), 0 message lines logged`,
      ),
    '',
    'Log Buffer (8192 bytes):',
    '',
    ...logged,
    '',
  ].join('\n');
}

/** The version of SSH that is spoken: both, or the second alone. */
export const sshVersion = ({ config, platform }: RunningSystem): string =>
  config.value('ip ssh version') === '2' || platform.leastRsaBits >= 2048 ? '2.0' : '1.99';

function sshText(system: RunningSystem): string {
  const { config, platform, hardware } = system;
  const times = `Authentication timeout: ${config.value('ip ssh time-out') ?? '120'} secs; Authentication retries: ${config.value('ip ssh authentication-retries') ?? '3'}\n`;
  if (hardware.facts.rsaKey !== undefined)
    return `SSH Enabled - version ${sshVersion(system)}\n${times}Minimum expected Diffie Hellman key size : 1024 bits\n`;
  const wanted =
    platform.leastRsaBits >= 2048
      ? 'EC or RSA keys to enable SSH (and of atleast 2048 bits for SSH v2 in case of RSA)'
      : 'RSA keys to enable SSH (and of atleast 768 bits for SSH v2)';
  return `SSH Disabled - version ${sshVersion(system)}\n%Please create ${wanted}.\n${times}`;
}

function inventoryText({ platform, hardware }: RunningSystem): string {
  const { serial } = hardware.facts;
  const isSwitch = platform.members.length > 0;
  const parts = isSwitch
    ? platform.members.map(({ model }, index) => ({ name: String(index + 1), description: model, model }))
    : [{ name: `${platform.model} chassis`, description: `${platform.model} chassis`, model: platform.model }];
  return parts
    .map(({ name, description, model }, index) => {
      const number = index === 0 ? serial : `${serial.slice(0, -1)}${index}`;
      return `NAME: "${name}", DESCR: "${description}"\nPID: ${model.padEnd(18)}, VID: V01  , SN: ${number}\n\n`;
    })
    .join('');
}

function interfaces(call: Call): string {
  const named = call.args.text('interface');
  const all = physicalInterfaces(call.system.platform).filter(({ name }) => named === undefined || name === named);
  return all.map((one) => interfaceText(call.system, one)).join('');
}

function ipInterfaces(call: Call): string {
  const named = call.args.text('interface');
  const all = physicalInterfaces(call.system.platform).filter(({ name }) => named === undefined || name === named);
  return all.map((one) => ipInterfaceText(call.system, one)).join('');
}

const vlanText = (system: RunningSystem): string => {
  const ports = physicalInterfaces(system.platform)
    .filter(({ group }) => group.kind !== 'Vlan')
    .map(({ name }) => name.replace('GigabitEthernet', 'Gi').replace('FastEthernet', 'Fa'));
  const named = system.config
    .under('vlan')
    .map(({ text, section }) => [text.replace(/^vlan /, ''), section?.value('name')] as const)
    .filter(([number]) => number !== '1');
  const rows = [
    `1    default                          active    ${ports.slice(0, 4).join(', ')}`,
    ...chunksOf(ports.slice(4), 4).map((four) => `${' '.repeat(48)}${four.join(', ')}`),
    ...named.map(
      ([number, name]) => `${number.padEnd(4)} ${(name ?? `VLAN${number.padStart(4, '0')}`).padEnd(32)} active    `,
    ),
  ];
  return [
    '',
    'VLAN Name                             Status    Ports',
    '---- -------------------------------- --------- -------------------------------',
    ...rows,
    '',
  ].join('\n');
};

function chunksOf(list: readonly string[], size: number): readonly (readonly string[])[] {
  return list.length === 0 ? [] : [list.slice(0, size), ...chunksOf(list.slice(size), size)];
}

function switchText({ platform, hardware }: RunningSystem): string {
  const mac = (hardware.facts.mac.match(/.{4}/g) ?? []).join('.');
  const rows = platform.members.map(
    (_, index) =>
      `${index === 0 ? '*' : ' '}${index + 1}       ${index === 0 ? 'Active ' : 'Standby'}  ${mac}     1      V01     Ready                `,
  );
  return [
    `Switch/Stack Mac Address : ${mac} - Local Mac Address`,
    'Mac persistency wait time: Indefinite',
    '                                             H/W   Current',
    'Switch#   Role    Mac Address     Priority Version  State ',
    '-------------------------------------------------------------------------------------',
    ...rows,
    '',
    '',
  ].join('\n');
}

function processesText({ platform }: RunningSystem): string {
  return [
    'CPU utilization for five seconds: 1%/0%; one minute: 1%; five minutes: 1%',
    ' PID Runtime(ms)     Invoked      uSecs   5Sec   1Min   5Min TTY Process ',
    `   1           4         100         40  0.00%  0.00%  0.00%   0 Chunk Manager    `,
    `   2         ${String(platform.memoryKib.main % 997).padStart(3)}        1200        110  0.07%  0.05%  0.06%   0 Load Meter       `,
    '',
  ].join('\n');
}

function memoryText({ platform }: RunningSystem): string {
  const total = platform.memoryKib.main * 1024;
  const used = Math.floor(total / 4);
  return [
    '                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)',
    `Processor   66FF0000 ${[total, used, total - used, total - used, total - used].map((value) => String(value).padStart(11)).join(' ')}`,
    '',
  ].join('\n');
}

const isSwitch: CommandRow['on'] = ({ style }) => style === 'catalyst' || style === 'catalyst-9k';
const isStack: CommandRow['on'] = ({ name }) => name === 'c3750' || name === 'c9300';

/** Commands that only tell. */
export const SHOW_COMMANDS: readonly CommandRow[] = [
  { syntax: 'show version', run: ({ system }) => showVersion(system) },
  { syntax: 'show running-config [all|full|brief]', privilege: 15, run: ({ system }) => runningConfigText(system) },
  { syntax: 'show running-config view full', privilege: 15, run: ({ system }) => runningConfigText(system) },
  {
    syntax: 'show running-config interface <interface:interface>',
    privilege: 15,
    run: ({ system, args }) => partOf(system, `interface ${args.text('interface') ?? ''}`),
  },
  { syntax: 'show startup-config', privilege: 15, run: startupConfig },
  { syntax: 'show configuration', privilege: 15, run: startupConfig },
  {
    syntax: 'show clock [detail]',
    run: ({ system, args }) =>
      `${system.clockIsSet ? '' : '*'}${clockText(system.now())}\n${args.has('detail') ? `${system.clockIsSet ? 'Time source is user configuration' : 'No time source'}\n` : ''}`,
  },
  { syntax: 'who', run: ({ system, session }) => usersText(system, session) },
  { syntax: 'show users [all]', run: ({ system, session }) => usersText(system, session) },
  { syntax: 'show history', run: ({ session }) => session.history.map((line) => `  ${line}\n`).join('') },
  { syntax: 'show privilege', run: ({ session }) => `Current privilege level is ${session.privilege}\n` },
  { syntax: 'show logging', run: ({ system }) => loggingText(system) },
  { syntax: 'show ip ssh', run: ({ system }) => sshText(system) },
  { syntax: 'show inventory [raw]', run: ({ system }) => inventoryText(system) },
  { syntax: 'show ip interface brief', run: ({ system }) => ipInterfaceBrief(system) },
  { syntax: 'show ip interface [<interface:interface>]', run: ipInterfaces },
  { syntax: 'show interfaces [<interface:interface>]', run: interfaces },
  {
    syntax: 'show interfaces (status|description)',
    run: ({ system }) =>
      `Interface                      Status         Protocol Description\n${physicalInterfaces(system.platform)
        .map((one) => interfaceState(system, one))
        .map(
          ({ short, status, protocol, description }) =>
            `${short.padEnd(30)} ${status.padEnd(14)} ${protocol.padEnd(8)} ${description}\n`,
        )
        .join('')}`,
  },
  { syntax: 'show vlan [brief]', on: isSwitch, run: ({ system }) => vlanText(system) },
  {
    syntax: 'show vlans',
    on: (platform) => !isSwitch(platform),
    run: () => '\nNo Virtual LANs configured.\n\n',
  },
  { syntax: 'show switch', on: isStack, run: ({ system }) => switchText(system) },
  { syntax: 'show processes cpu', run: ({ system }) => processesText(system) },
  { syntax: 'show memory statistics', run: ({ system }) => memoryText(system) },
  {
    syntax: 'show hosts',
    run: ({ system }) => `Default domain is ${system.config.value('ip domain name') ?? 'not set'}\n`,
  },
  {
    syntax: 'show aliases',
    run: ({ system }) =>
      `Exec mode aliases:\n  h                     help\n  lo                    logout\n  p                     ping\n  r                     resume\n${system.config
        .under('alias exec')
        .map(({ text }) => /^alias exec (\S+) (.*)$/.exec(text) ?? [])
        .map(([, name = '', meant = '']) => `  ${name.padEnd(22)}${meant}\n`)
        .join('')}`,
  },
  {
    syntax: 'show terminal',
    run: ({ session: { line, rows, columns, historySize } }) =>
      `Line ${line.absolute}, Location: "", Type: ""\nLength: ${rows} lines, Width: ${columns} columns\nHistory is enabled, history size is ${historySize}.\n`,
  },
  { syntax: 'show format', run: () => '' },
  { syntax: 'show cdp', run: () => '% CDP is not enabled\n' },
  { syntax: 'show lldp', run: () => '% LLDP is not enabled\n' },
  { syntax: 'show ipv6 interface [brief]', run: () => '' },
];
