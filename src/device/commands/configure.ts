/** The configuration commands that mean something here, mode by mode; ranks follow the order of a real configuration. */
import type { Call, CommandRow } from '../command.ts';
import { makeKey, removeKey } from './keys.ts';
import { encryptPasswords, storedPassword, storedSecret } from './passwords.ts';
import { interfaceRange } from './interface-range.ts';
import { NO_ADDRESS } from '../factory-lines.ts';
import { linkChanges } from './link-changes.ts';
import { setting } from './setting.ts';

const username = async (call: Call): Promise<string> => {
  const { args } = call;
  const privilege = args.text('level');
  const rights = privilege === undefined || privilege === '1' ? '' : ` privilege ${privilege}`;
  const how = args.has('secret')
    ? ` secret ${await storedSecret(call)}`
    : args.has('password')
      ? ` password ${storedPassword(call)}`
      : args.has('nopassword')
        ? ' nopassword'
        : '';
  return `username ${args.text('name') ?? ''}${rights}${how}`;
};

const doors = async ({ system }: Call): Promise<undefined> => {
  await system.doorsChanged();
  return undefined;
};

/** A banner as it is typed: a delimiter, the text, the delimiter again. */
async function banner(call: Call): Promise<string> {
  const kind = ['motd', 'login', 'exec', 'incoming'].find((one) => call.args.has(one)) ?? 'motd';
  const typed = call.line.replace(/^\s*\S+\s+(?:motd|login|exec|incoming)?\s*/i, '');
  const delimiter = typed.startsWith('^C') ? '^C' : typed.charAt(0);
  let text = typed.slice(delimiter.length);
  if (!text.includes(delimiter)) {
    const quoted = delimiter === '^C' ? '^C' : delimiter;
    await call.session.write(`Enter TEXT message.  End with the character '${quoted}'.\n`);
    while (!text.includes(delimiter) && text.length < 8_000) text += `\n${await call.session.ask('')}`;
  }
  return `banner ${kind} ^C${text.slice(0, text.indexOf(delimiter))}^C`;
}

/** The BOOT list of devices whose loader knows at once. */
function bootAtOnce({ system, negated, args }: Call): undefined {
  if (system.platform.bootVariable !== 'at-once') return undefined;
  const list = negated === undefined ? (args.text('list') ?? '') : '';
  system.hardware.change({ boot: list });
  return undefined;
}

function register({ system, session, args, negated }: Call): undefined {
  system.changed(session);
  const wanted = negated === undefined ? Number.parseInt(args.text('value') ?? '', 16) : system.platform.register;
  system.hardware.change({ nextRegister: wanted === system.hardware.facts.register ? undefined : wanted });
  return undefined;
}

const action = (syntax: string, run: CommandRow['run'], more: Partial<CommandRow> = {}): CommandRow => ({
  syntax,
  modes: ['config'],
  privilege: 15,
  run,
  ...more,
});

const isOldSwitch: CommandRow['on'] = ({ bootVariable }) => bootVariable === 'at-once';
const hasBootLines: CommandRow['on'] = ({ bootVariable }) => bootVariable === 'when-saved';
const hasManualBoot: CommandRow['on'] = ({ style }) => style === 'catalyst' || style === 'catalyst-9k';

const GLOBAL: readonly CommandRow[] = [
  setting({ syntax: 'service timestamps (debug|log) <how:line>', rank: 100, nameWords: 3 }),
  setting({
    syntax: 'service password-encryption',
    rank: 101,
    effect: ({ system, negated }) => {
      if (negated === undefined) encryptPasswords(system);
      return undefined;
    },
  }),
  setting({ syntax: 'service compress-config', rank: 102 }),
  setting({ syntax: 'service <what:line>', rank: 103, distinct: 'line' }),
  setting({ syntax: 'hostname <name:word>', rank: 200 }),
  setting({
    syntax: 'enable secret <secret:line>',
    rank: 400,
    text: async (call) => `enable secret ${await storedSecret(call)}`,
  }),
  setting({
    syntax: 'enable password <password:line>',
    rank: 401,
    text: (call) => `enable password ${storedPassword(call)}`,
  }),
  setting({ syntax: 'aaa new-model', rank: 500 }),
  setting({ syntax: 'aaa (authentication|authorization|accounting) <rest:line>', rank: 501, distinct: 'line' }),
  setting({
    syntax: 'ip domain-name <name:word>',
    key: 'ip domain name',
    rank: 611,
    text: ({ args }) => `ip domain name ${args.text('name') ?? ''}`,
  }),
  setting({ syntax: 'ip domain name <name:word>', rank: 611 }),
  setting({ syntax: 'ip domain lookup', rank: 610, normally: 'on' }),
  setting({ syntax: 'ip domain-lookup', key: 'ip domain lookup', rank: 610, normally: 'on' }),
  setting({ syntax: 'ip host <name:word> <address:ip>', rank: 612, distinct: ['name'] }),
  setting({ syntax: 'ip routing', rank: 613, normally: 'on' }),
  setting({
    syntax: 'username <name:word> [privilege <level:0-15>] [secret <secret:line>|password <password:line>|nopassword]',
    rank: 700,
    nameWords: 1,
    distinct: ['name'],
    text: username,
  }),
  setting({ syntax: 'ip ftp source-interface <interface:interface>', rank: 800 }),
  setting({ syntax: 'ip ftp username <name:word>', rank: 801 }),
  setting({
    syntax: 'ip ftp password <password:line>',
    rank: 802,
    text: (call) => `ip ftp password ${storedPassword(call)}`,
  }),
  setting({ syntax: 'ip ftp passive', rank: 803, normally: 'on' }),
  setting({ syntax: 'ip tftp source-interface <interface:interface>', rank: 810 }),
  setting({ syntax: 'ip tftp blocksize <bytes:512-8192>', rank: 811 }),
  setting({ syntax: 'ip ssh version <version:1-2>', rank: 820 }),
  setting({ syntax: 'ip ssh time-out <seconds:1-120>', rank: 821 }),
  setting({ syntax: 'ip ssh authentication-retries <tries:0-5>', rank: 822 }),
  setting({ syntax: 'ip ssh <rest:line>', rank: 823, distinct: 'line' }),
  setting({ syntax: 'ip scp server enable', rank: 824 }),
  setting({ syntax: 'ip http server', rank: 1500 }),
  setting({ syntax: 'ip http secure-server', rank: 1501 }),
  setting({ syntax: 'ip http authentication (local|enable|aaa)', rank: 1502, nameWords: 3 }),
  setting({ syntax: 'ip http client username <name:word>', rank: 1503 }),
  setting({
    syntax: 'ip http client password <password:line>',
    rank: 1504,
    text: (call) => `ip http client password ${storedPassword(call)}`,
  }),
  setting({ syntax: 'ip default-gateway <address:ip>', rank: 1510 }),
  setting({ syntax: 'ip route <network:ip> <mask:ip> <hop:line>', rank: 1520, distinct: 'line' }),
  setting({
    syntax:
      'boot system (<url:file>|flash [<name:word>]|(tftp|ftp) <name:word> [<server:ip>]|rom|switch all <url:file>)',
    rank: 300,
    distinct: 'line',
    on: hasBootLines,
    effect: ({ system, negated, words }) => {
      if (negated !== undefined)
        for (const { text } of system.config.under('boot system'))
          if (text.startsWith(words.join(' '))) system.config.remove(text);
      return undefined;
    },
  }),
  setting({
    syntax: 'boot manual',
    rank: 310,
    on: hasManualBoot,
    effect({ system, negated }) {
      system.hardware.change({ manualBoot: negated === undefined });
      return undefined;
    },
  }),
  setting({
    syntax: 'boot enable-break',
    rank: 311,
    on: hasManualBoot,
    effect({ system, negated }) {
      system.hardware.change({ enableBreak: negated === undefined });
      return undefined;
    },
  }),
  action('boot system [switch all] <list:line>', bootAtOnce, { on: isOldSwitch, negatable: true }),
  setting({ syntax: 'boot config <url:file>', rank: 312 }),
  action('config-register <value:hex>', register, { negatable: true }),
  setting({ syntax: 'logging (console|buffered|monitor|trap)', rank: 450, nameWords: 2, normally: 'on' }),
  setting({ syntax: 'logging (console|buffered|monitor|trap) <level:line>', rank: 450, nameWords: 2 }),
  setting({ syntax: 'logging host <address:ip>', rank: 1600, distinct: ['address'] }),
  setting({ syntax: 'logging on', rank: 451, normally: 'on' }),
  setting({ syntax: 'banner [motd|login|exec|incoming] <text:line>', rank: 2000, nameWords: 2, text: banner }),
  setting({ syntax: 'alias exec <name:word> <command:line>', rank: 2100, distinct: ['name'] }),
  setting({ syntax: 'file prompt [quiet|alert|noisy]', rank: 840 }),
  setting({ syntax: 'file verify auto', rank: 841 }),
  setting({ syntax: 'tftp-server <url:line>', rank: 1700, distinct: ['url'], effect: doors }),
  setting({ syntax: 'exception <rest:line>', rank: 1710, distinct: 'line' }),
  action('crypto key generate rsa [general-keys] [modulus <bits:bits>]', makeKey),
  action('crypto key zeroize rsa', removeKey),
  setting({ syntax: 'interface <name:interface>', rank: 1000, distinct: ['name'], opens: 'config-if' }),
  action('interface range <names:line>', interfaceRange),
  setting({ syntax: 'vlan <number:1-4094>', rank: 900, distinct: ['number'], opens: 'config-vlan', on: hasManualBoot }),
  setting({
    syntax: 'router (ospf|eigrp|bgp) <process:1-65535>',
    rank: 1400,
    distinct: 'line',
    opens: 'config-router',
  }),
  setting({ syntax: 'router rip', rank: 1400, opens: 'config-router' }),
  setting({ syntax: 'archive', rank: 850, opens: 'config-archive' }),
  setting({
    syntax: 'line console <first:0-0>',
    rank: 3000,
    distinct: 'line',
    opens: 'config-line',
    text: () => 'line con 0',
  }),
  setting({
    syntax: 'line (aux|vty) <first:0-999> [<last:0-999>]',
    rank: 3001,
    distinct: 'line',
    opens: 'config-line',
    effect: doors,
  }),
];

/** One interface, or a range of them. */
const INTERFACE_MODES = ['config-if', 'config-if-range'] as const;

const INTERFACE: readonly CommandRow[] = [
  setting({ syntax: 'description <text:line>', modes: INTERFACE_MODES, rank: 0 }),
  setting({ syntax: 'switchport <rest:line>', modes: INTERFACE_MODES, rank: 10, distinct: 'line' }),
  setting({
    syntax: 'ip address (<address:ip> <mask:ip> [secondary]|dhcp)',
    modes: INTERFACE_MODES,
    rank: 20,
    key: ({ args, words }) => (args.has('secondary') ? words.join(' ') : 'ip address'),
    effect: ({ sections, negated }) => {
      // That there is none is said.
      for (const { lines } of sections)
        if (negated !== undefined && !lines.has('ip address')) lines.set('ip address', NO_ADDRESS);
      return undefined;
    },
  }),
  setting({
    syntax: 'shutdown',
    modes: INTERFACE_MODES,
    rank: 30,
    follows: linkChanges,
  }),
  setting({ syntax: 'duplex (auto|full|half)', modes: INTERFACE_MODES, rank: 40 }),
  setting({ syntax: 'speed (auto|10|100|1000)', modes: INTERFACE_MODES, rank: 41 }),
  setting({
    syntax:
      '(ip|ipv6|cdp|lldp|mtu|bandwidth|spanning-tree|channel-group|negotiation|load-interval|media-type|standby) <rest:line>',
    modes: INTERFACE_MODES,
    rank: 50,
    distinct: 'line',
  }),
];

const LINE: readonly CommandRow[] = [
  setting({ syntax: 'privilege level <level:0-15>', modes: ['config-line'], rank: 10 }),
  setting({
    syntax: 'exec-timeout <minutes:0-35791> [<seconds:0-2147483>]',
    modes: ['config-line'],
    rank: 5,
    text: ({ args }) => `exec-timeout ${args.text('minutes') ?? ''} ${args.text('seconds') ?? '0'}`,
  }),
  setting({
    syntax: 'password <password:line>',
    modes: ['config-line'],
    rank: 20,
    text: (call) => `password ${storedPassword(call)}`,
  }),
  setting({ syntax: 'logging synchronous', modes: ['config-line'], rank: 25 }),
  setting({
    syntax: 'login [local]',
    modes: ['config-line'],
    rank: 30,
    nameWords: 1,
    effect({ negated, sections }) {
      // A console asks nobody anyhow.
      for (const { key, lines } of sections)
        if (negated === 'no' && key.startsWith('line vty')) lines.set('login', { text: 'no login', rank: 30 });
      return undefined;
    },
  }),
  setting({ syntax: 'login authentication <list:word>', modes: ['config-line'], rank: 31 }),
  setting({ syntax: 'length <lines:0-512>', modes: ['config-line'], rank: 40 }),
  setting({ syntax: 'width <columns:0-512>', modes: ['config-line'], rank: 41 }),
  setting({ syntax: 'history size <size:0-256>', modes: ['config-line'], rank: 42 }),
  setting({ syntax: 'transport input <doors:line>', modes: ['config-line'], rank: 50, effect: doors }),
  setting({ syntax: 'transport output <doors:line>', modes: ['config-line'], rank: 51 }),
  setting({
    syntax: '(stopbits|speed|flowcontrol|exec|transport|access-class) <rest:line>',
    modes: ['config-line'],
    rank: 60,
    distinct: 'line',
  }),
];

const OTHERS: readonly CommandRow[] = [
  setting({ syntax: 'name <name:word>', modes: ['config-vlan'], rank: 0 }),
  setting({
    syntax: '(network|passive-interface|version|no-summary|neighbor|redistribute|default-information|area) <rest:line>',
    modes: ['config-router'],
    rank: 0,
    distinct: 'line',
  }),
  setting({ syntax: 'router-id <id:ip>', modes: ['config-router'], rank: 0 }),
  setting({ syntax: 'path <url:line>', modes: ['config-archive'], rank: 0 }),
  setting({ syntax: 'maximum <count:1-14>', modes: ['config-archive'], rank: 1 }),
  setting({ syntax: 'write-memory', modes: ['config-archive'], rank: 2 }),
  setting({ syntax: 'time-period <minutes:1-525600>', modes: ['config-archive'], rank: 3 }),
];

const everyMode = [
  'config',
  'config-if',
  'config-if-range',
  'config-line',
  'config-vlan',
  'config-router',
  'config-archive',
] as const;

const LEAVING: readonly CommandRow[] = [
  {
    syntax: 'exit',
    modes: everyMode,
    privilege: 15,
    run({ session }) {
      session.leave('parent');
      return undefined;
    },
  },
  {
    syntax: 'end',
    modes: everyMode,
    privilege: 15,
    run({ session }) {
      session.leave('exec');
      return undefined;
    },
  },
];

/** Lines that stand behind those of the lines. */
const LATE: ReadonlyMap<string, number> = new Map([['ntp', 3_500]]);

/** Rows that keep their lines as they come: what a platform takes and nobody models. */
export const verbatimRows = (beginnings: readonly string[]): readonly CommandRow[] =>
  beginnings.map((beginning) =>
    setting({
      syntax: `${beginning.trim()} [<rest:line>]`,
      rank: LATE.get(beginning.trim()) ?? 1_300,
      distinct: 'line',
    }),
  );

/** Commands of all configuration modes. */
export const CONFIGURATION_COMMANDS: readonly CommandRow[] = [...GLOBAL, ...INTERFACE, ...LINE, ...OTHERS, ...LEAVING];
