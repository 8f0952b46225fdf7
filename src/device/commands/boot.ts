/** What a device boots next, and when: `show boot`, `show bootvar`, `reload` and its kin. */
import type { Call, CommandRow, RunningSystem } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { saved } from '../copy/copy.ts';
import { registerLine } from '../render/show-version.ts';
import { momentText } from '../render/time.ts';
import { bootListOf } from '../boot-list.ts';

const MINUTE_MS = 60_000;

function routerBoot(system: RunningSystem): string {
  const { boot } = system.hardware.facts;
  const file = system.config.value('boot config');
  const isOld = system.platform.style === 'classic' && file === undefined;
  return [
    boot === '' ? 'BOOT variable does not exist' : `BOOT variable = ${boot}`,
    isOld ? 'CONFIG_FILE variable does not exist' : `CONFIG_FILE variable = ${file ?? ''}`,
    'BOOTLDR variable does not exist',
    registerLine(system),
    '',
    ...(system.platform.style === 'isr-xe' ? ['Standby not ready to show bootvar', ''] : []),
  ].join('\n');
}

function catalystBoot({ hardware, platform }: RunningSystem): string {
  const { boot, manualBoot, enableBreak } = hardware.facts;
  const block = [
    `BOOT path-list      : ${boot}`,
    'Config file         : flash:/config.text',
    'Private Config file : flash:/private-config.text',
    `Enable Break        : ${enableBreak ? 'yes' : 'no'}`,
    `Manual Boot         : ${manualBoot ? 'yes' : 'no'}`,
    'HELPER path-list    : ',
    'Auto upgrade        : yes',
    'Auto upgrade path   : ',
    'NVRAM/Config file',
    `      buffer size:   ${platform.nvramKib * 1024}`,
  ];
  if (platform.members.length < 2) return `${block.join('\n')}\n`;
  const members = platform.members.map((_, index) => {
    const lines =
      index === 0
        ? block
        : [
            `BOOT path-list      : ${boot}`,
            `Enable Break        : no`,
            `Manual Boot         : ${manualBoot ? 'yes' : 'no'}`,
            'HELPER path-list    : ',
            'Auto upgrade        : yes',
          ];
    return `-------------------\nSwitch ${index + 1}\n-------------------\n${lines.join('\n')}\n`;
  });
  return members.join('');
}

function newCatalystBoot({ hardware, config }: RunningSystem): string {
  const { boot, manualBoot, enableBreak } = hardware.facts;
  const next = bootListOf(config);
  const variables = (list: string): readonly string[] => [
    list === '' ? 'BOOT variable does not exist' : `BOOT variable = ${list.replaceAll(',1;', ';')}`,
  ];
  return [
    '---------------------------',
    'Switch 1',
    '---------------------------',
    'Current Boot Variables:',
    ...variables(boot),
    '',
    'Boot Variables on next reload:',
    ...variables(next),
    `Manual Boot = ${manualBoot ? 'yes' : 'no'}`,
    `Enable Break = ${enableBreak ? 'yes' : 'no'}`,
    'Boot Mode = DEVICE',
    'iPXE Timeout = 0',
    '',
  ].join('\n');
}

/** Asks until the answer is yes or no. */
async function yesOrNo(call: Call, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await call.session.ask(question)).trim().toLowerCase();
    if (answer !== '' && 'yes'.startsWith(answer)) return true;
    if (answer !== '' && 'no'.startsWith(answer)) return false;
    await call.session.write("% Please answer 'yes' or 'no'.\n");
  }
}

/** The questions before a reload; false: somebody thought better of it. */
async function mayReload(call: Call): Promise<boolean> {
  const { system, session } = call;
  if (system.platform.members.length > 1)
    await session.write('Reload command is being issued on Active unit, this will reload the whole stack\n');
  if (system.modified && (await yesOrNo(call, '\nSystem configuration has been modified. Save? [yes/no]: ')))
    await session.write(await saved(call));
  return true;
}

const byOf = ({ session }: Call): string =>
  session.line.kind === 'con'
    ? 'console'
    : `${session.user ?? 'vty'} on vty${session.line.number} (${session.peer ?? ''})`;

async function reload(call: Call): Promise<string> {
  const { system, session, args } = call;
  await mayReload(call);
  if (!(await session.confirm('Proceed with reload? [confirm]'))) return '';
  const why = args.text('reason');
  const reason = why === undefined ? 'Reload Command' : why;
  system.log({
    facility: 'SYS',
    severity: 5,
    mnemonic: 'RELOAD',
    text: `Reload requested by ${byOf(call)}. Reload Reason: ${reason}.`,
  });
  system.reload({ reason: 'reload', by: byOf(call) });
  await gone(call);
  return '';
}

/** Nothing is typed any more into a system that goes down. */
async function gone({ signal }: Call): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (!signal.aborted) await promise;
}

/** `5`, `1:30`: minutes, or hours and minutes. */
function delayMs(text: string): number {
  const [first = 0, second] = text.split(':').map(Number);
  return (second === undefined ? first : first * 60 + second) * MINUTE_MS;
}

/** `5 minutes`, `13 hours and 0 minutes`. */
function delayText(ms: number): string {
  const minutes = Math.round(ms / MINUTE_MS);
  const hours = Math.floor(minutes / 60);
  const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
  return hours === 0 ? counted(minutes, 'minute') : `${counted(hours, 'hour')} and ${counted(minutes % 60, 'minute')}`;
}

/** The next time that the device's clock shows `hh:mm`. */
function untilMs({ system, args }: Call): number {
  const [hours = 0, minutes = 0] = (args.text('time') ?? '').split(':').map(Number);
  const now = system.now();
  const day = 24 * 60 * MINUTE_MS;
  const today = now - (now % day) + (hours * 60 + minutes) * MINUTE_MS;
  return (today > now ? today : today + day) - now;
}

async function reloadLater(call: Call): Promise<string> {
  const { system, session, args } = call;
  if (args.has('at') && !system.clockIsSet)
    throw new CommandRefusal('Time is not set, use "reload in" or set the clock.');
  const delay = args.has('in') ? delayMs(args.text('delay') ?? '0') : untilMs(call);
  await mayReload(call);
  const atMs = system.now() + delay;
  const reason = args.text('reason') ?? 'Reload Command';
  await session.write(
    `Reload scheduled for ${momentText(atMs)} (in ${delayText(delay)}) by ${byOf(call)}\nReload reason: ${reason}\n`,
  );
  if (!(await session.confirm('Proceed with reload? [confirm]'))) return '';
  system.planReload({ atMs, by: byOf(call), reason });
  return '';
}

function reloadCancel({ system }: Call): string {
  if (system.plannedReload === undefined) return '%No reload is scheduled.\n';
  system.planReload(undefined);
  system.broadcast('\n\n***\n*** --- SHUTDOWN ABORTED ---\n***\n');
  return '';
}

function showReload({ system }: Call): string {
  const plan = system.plannedReload;
  if (plan === undefined) return 'No reload is scheduled.\n';
  const left = Math.max(0, plan.atMs - system.now());
  return `Reload scheduled for ${momentText(plan.atMs)} (in ${delayText(left)}) by ${plan.by}\nReload reason: ${plan.reason}\n`;
}

/** Before IOS XE, `show boot` is no way to say `show bootvar`. */
const isOldRouter: CommandRow['on'] = ({ style }) => style === 'classic' || style === 'isr-g2';
const isXeRouter: CommandRow['on'] = ({ style }) => style === 'isr-xe';
const isCatalyst: CommandRow['on'] = ({ style }) => style === 'catalyst';
const isNewCatalyst: CommandRow['on'] = ({ style }) => style === 'catalyst-9k';

/** Commands about booting. */
export const BOOT_COMMANDS: readonly CommandRow[] = [
  { syntax: "show bootv'ar", privilege: 15, on: isOldRouter, run: ({ system }) => routerBoot(system) },
  { syntax: 'show bootvar', privilege: 15, on: isXeRouter, run: ({ system }) => routerBoot(system) },
  { syntax: 'show boot', on: isCatalyst, run: ({ system }) => catalystBoot(system) },
  { syntax: 'show boot', on: isNewCatalyst, run: ({ system }) => newCatalystBoot(system) },
  { syntax: 'show bootvar', on: isNewCatalyst, run: ({ system }) => newCatalystBoot(system) },
  { syntax: 'show reload', run: showReload },
  { syntax: 'reload [<reason:line>]', privilege: 15, run: reload },
  { syntax: 'reload in <delay:delay> [<reason:line>]', privilege: 15, run: reloadLater },
  { syntax: 'reload at <time:time> [<reason:line>]', privilege: 15, run: reloadLater },
  { syntax: 'reload cancel', privilege: 15, run: reloadCancel },
];
