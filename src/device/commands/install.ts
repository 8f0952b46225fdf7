/** `install …` and `request platform software package …`: install mode of IOS XE. */
import type { Call, CommandRow } from '../command.ts';
import {
  activate,
  AUTO_ABORT_MS,
  commit,
  expandBundle,
  type Inactive,
  inactiveConfs,
  InstallFailure,
  PACKAGES_CONF,
  packagesOf,
  readBundle,
  removeFiles,
  rollBack,
  unusedFiles,
  versionIn,
} from '../install/provisioning.ts';
import { installTimeText } from '../render/time.ts';
import type { Spot } from '../state/volumes.ts';
import { spotOf } from './files.ts';

/** Build numbers stand behind versions. */
const BUILD = '0.1';
const AUTO_ABORT_SECONDS = AUTO_ABORT_MS / 1000;
/** What expanding and activating take on a real one, in milliseconds. */
const STEP_MS = 120_000;

/** The command as its messages call it, with the file or its kind behind it. */
interface Operation {
  readonly call: Call;
  /** `install_add_activate_commit`. */
  readonly name: string;
}

const stamp = ({ system }: Call): string => installTimeText(system.now());

async function say({ session }: Call, text: string): Promise<void> {
  await session.write(`${text}\n`);
}

async function begin({ call, name }: Operation): Promise<void> {
  await say(call, `${name}: START ${stamp(call)}`);
  call.system.log({ facility: 'INSTALL', severity: 5, mnemonic: 'INSTALL_START_INFO', text: `Started ${name}` });
}

async function succeed({ call, name }: Operation): Promise<string> {
  call.system.log({ facility: 'INSTALL', severity: 5, mnemonic: 'INSTALL_COMPLETED_INFO', text: `Completed ${name}` });
  await say(call, `SUCCESS: ${name}  ${stamp(call)}`);
  return '';
}

/** Failures are no `%` errors here. */
async function orFailed(operation: Operation, act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error;
    return `FAILED: ${operation.name} ${error.message}\n`;
  }
}

async function pause({ system }: Call): Promise<void> {
  await system.faults.wait(STEP_MS * system.world.pace);
}

async function phase(
  call: Call,
  name: 'Add' | 'Activate' | 'Commit' | 'Rollback',
  act: () => Promise<void>,
): Promise<void> {
  await say(
    call,
    `--- Starting ${name} ---\nPerforming ${name} on Active/Standby\n  [1] ${name} package(s) on switch 1`,
  );
  await act();
  await pause(call);
  await say(
    call,
    `  [1] Finished ${name} on switch 1\nChecking status of ${name} on [1]\n${name}: Passed on [1]\nFinished ${name}\n`,
  );
}

/** y or n; anything else asks again. */
async function yes(call: Call, question: string): Promise<boolean> {
  for (;;) {
    const answer = (await call.session.ask(question)).trim().toLowerCase();
    if (answer === 'y' || answer === 'yes') return true;
    if (answer === 'n' || answer === 'no' || answer === 'q') return false;
  }
}

const isSilent = ({ args }: Call): boolean => args.has('none');

/** What must hold before something is activated; false: somebody thought better of it. */
async function mayActivate(call: Call): Promise<boolean> {
  const { system } = call;
  if (!system.modified) return true;
  if (isSilent(call))
    throw new InstallFailure('System configuration has been modified. Please save configuration and resubmit command.');
  return await yes(
    call,
    'System configuration has been modified.\nPress Yes(y) to save the configuration and proceed.\nPress No(n) for proceeding without saving the configuration.\nPress Quit(q) to exit, you may save configuration and re-enter the command. [y/n/q]',
  ).then(async (save) => {
    if (save) await system.save();
    return save;
  });
}

async function mayReload(call: Call): Promise<boolean> {
  return (
    isSilent(call) ||
    (await yes(call, 'This operation may require a reload of the system. Do you want to proceed? [y/n]'))
  );
}

/** Bundles boot from packages.conf from now on. */
async function pointBootAt(call: Call): Promise<void> {
  const { system } = call;
  const { main } = system.volumes;
  const url = `${main.facts.name}packages.conf`;
  for (const { text } of system.config.under('boot system')) system.config.remove(text);
  const text = `boot system ${url}`;
  system.config.set(text, { text, rank: 300 });
  await system.save();
}

async function addFile(call: Call): Promise<Inactive> {
  const spot = spotOf(call, call.args.text('url') ?? '');
  const bundle = await readBundle(spot, call.system.platform.runs);
  await phase(call, 'Add', () => expandBundle(onMain(call, spot), bundle));
  await say(call, `Image added. Version: ${bundle.version}.${BUILD}`);
  return { conf: bundle.confPath, version: bundle.version };
}

/** Packages lie in the main volume, from wherever they came. */
function onMain({ system }: Call, spot: Spot): Spot {
  if (spot.volume === system.volumes.main) return spot;
  throw new InstallFailure(`copy the file to ${system.volumes.main.facts.name} first`);
}

async function activateConf(call: Call, { conf }: Inactive): Promise<boolean> {
  const { system } = call;
  const { volumes, hardware } = system;
  const names = await packagesOf(volumes.main, conf);
  const folder = volumes.main.facts.name.replace(':', '');
  await say(call, `Following packages shall be activated:\n${names.map((name) => `/${folder}/${name}`).join('\n')}\n`);
  if (!(await mayReload(call))) return false;
  await phase(call, 'Activate', async () => {
    await activate(volumes, hardware, conf);
    await pointBootAt(call);
  });
  return true;
}

async function reloadNow({ call, name }: Operation): Promise<string> {
  await say(call, `Send model notification for ${name} before reload\nInstall will reload the system now!`);
  await succeed({ call, name });
  const by = call.session.user ?? 'console';
  call.system.log({
    facility: 'SYS',
    severity: 5,
    mnemonic: 'RELOAD',
    text: `Reload requested by ${by}. Reload Reason: Reload Command.`,
  });
  call.system.reload({ reason: 'reload', by });
  const { promise, resolve } = Promise.withResolvers<undefined>();
  call.signal.addEventListener('abort', () => resolve(undefined), { once: true });
  if (!call.signal.aborted) await promise;
  return '';
}

/** `install add file X [activate [commit]]`. */
async function add(call: Call): Promise<string> {
  const { args, system } = call;
  const steps = ['add', 'activate', 'commit'].filter((step) => args.has(step));
  const operation = { call, name: `install_${steps.join('_')}` };
  return await orFailed(operation, async () => {
    await begin(operation);
    const added = await addFile(call);
    if (!args.has('activate')) return await succeed(operation);
    const running = versionIn(await packagesOf(system.volumes.main, PACKAGES_CONF));
    if (running === added.version && system.image.mode === 'install') {
      await say(call, 'Same Image File-No Change');
      return await succeed(operation);
    }
    if (!(await mayActivate(call)) || !(await activateConf(call, added))) return '';
    if (args.has('commit')) await phase(call, 'Commit', async () => commit(system.hardware));
    return await reloadNow(operation);
  });
}

async function activateAdded(call: Call): Promise<string> {
  const operation = { call, name: 'install_activate' };
  return await orFailed(operation, async () => {
    await begin(operation);
    const newest = (await inactiveConfs(call.system.volumes)).at(-1);
    if (newest === undefined) throw new InstallFailure('No inactive package found');
    if (!(await mayActivate(call)) || !(await activateConf(call, newest))) return '';
    return await reloadNow(operation);
  });
}

async function commitActive(call: Call): Promise<string> {
  const operation = { call, name: 'install_commit' };
  await begin(operation);
  await phase(call, 'Commit', async () => commit(call.system.hardware));
  return await succeed(operation);
}

async function goBack(call: Call, name: string): Promise<string> {
  const { volumes, hardware } = call.system;
  const operation = { call, name };
  return await orFailed(operation, async () => {
    await begin(operation);
    if (hardware.facts.trial === undefined) throw new InstallFailure('There is nothing to roll back');
    if (!(await mayReload(call))) return '';
    await phase(call, 'Rollback', async () => {
      if (!(await rollBack(volumes, hardware))) throw new InstallFailure('There is no earlier packages.conf');
    });
    return await reloadNow(operation);
  });
}

async function removeInactive(call: Call): Promise<string> {
  const { volumes, image, hardware } = call.system;
  const operation = { call, name: 'install_remove' };
  await begin(operation);
  await say(call, 'Cleaning up unnecessary package files\nNo path specified, will use booted path');
  const names = await unusedFiles(volumes, hardware.facts, image.file);
  if (names.length === 0) {
    await say(call, 'SUCCESS: No extra package or provisioning files found on media. Nothing to clean.');
    return await succeed(operation);
  }
  const folder = volumes.main.facts.name.replace(':', '');
  const paths = names.map((name) => `/${folder}/${name}`).join('\n');
  await say(call, `The following files will be deleted:\n    [switch 1]:\n${paths}\n`);
  if (!(await yes(call, 'Do you want to remove the above files? [y/n]'))) return '';
  for (const name of names) {
    await removeFiles(volumes, [name]);
    await say(call, `  Deleting file ${volumes.main.facts.name}${name} ... done.`);
  }
  await say(call, 'SUCCESS: Files deleted.');
  return await succeed(operation);
}

async function summary({ system }: Call): Promise<string> {
  const { volumes, hardware, image } = system;
  const active = versionIn(await packagesOf(volumes.main, PACKAGES_CONF)) ?? image.version;
  const state = hardware.facts.trial === undefined ? 'C' : 'U';
  const rows = [[state, active], ...(await inactiveConfs(volumes)).map(({ version }) => ['I', version])].map(
    ([st = '', version = '']) => `IMG   ${st}    ${version}.${BUILD}`,
  );
  const timer =
    state === 'C'
      ? 'inactive'
      : `active on install_activate, time before rollback - ${left(system.world.clock.monotonic() - system.startedMs)}`;
  const line = '-'.repeat(80);
  return [
    '[ Switch 1 ] Installed Package(s) Information:',
    'State (St): I - Inactive, U - Activated & Uncommitted,',
    '            C - Activated & Committed, D - Deactivated & Uncommitted',
    line,
    'Type  St   Filename/Version',
    line,
    ...rows,
    '',
    line,
    `Auto abort timer: ${timer}`,
    line,
    '',
  ].join('\n');
}

/** `01:59:58`. */
function left(upMs: number): string {
  const seconds = Math.max(0, AUTO_ABORT_SECONDS - Math.floor(upMs / 1000));
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
}

/** The form of IOS XE 3 to 16.5. */
async function requestInstall(call: Call): Promise<string> {
  const { args, system } = call;
  try {
    const spot = onMain(call, spotOf(call, args.text('url') ?? ''));
    await say(
      call,
      '--- Starting install local lock acquisition on switch 1 ---\nFinished install local lock acquisition on switch 1\n',
    );
    const bundle = await readBundle(spot, system.platform.runs);
    await say(call, 'Expanding image file: '.concat(`${spot.volume.facts.name}${spot.path.slice(1)}`));
    await expandBundle(spot, bundle);
    await pause(call);
    await activate(system.volumes, system.hardware, bundle.confPath);
    commit(system.hardware);
    await pointBootAt(call);
    await say(call, 'SUCCESS: Finished install: Success on [1]');
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error;
    return `FAILED: ${error.message}\n`;
  }
  if (args.has('on-reboot')) return 'SUCCESS: Software provisioned.  New software will load on reboot.\n';
  if (!(await yes(call, '[1]: Do you want to proceed with reload? [yes/no]: '))) return '';
  system.reload({ reason: 'reload', by: call.session.user ?? 'console' });
  return '';
}

async function expand(call: Call): Promise<string> {
  try {
    const spot = onMain(call, spotOf(call, call.args.text('url') ?? ''));
    await expandBundle(spot, await readBundle(spot, call.system.platform.runs));
    return 'SUCCESS: Finished expanding the image file.\n';
  } catch (error) {
    if (error instanceof InstallFailure) return `FAILED: ${error.message}\n`;
    throw error;
  }
}

const isXe: CommandRow['on'] = ({ style }) => style === 'catalyst-9k' || style === 'isr-xe';
const isSwitch: CommandRow['on'] = ({ style }) => style === 'catalyst-9k';

const row = (syntax: string, run: CommandRow['run'], on = isXe): CommandRow => ({ syntax, privilege: 15, on, run });

/** Commands of install mode. */
export const INSTALL_COMMANDS: readonly CommandRow[] = [
  row('install add file <url:file> [activate [commit]] [prompt-level (none|all)]', add),
  row('install activate [prompt-level (none|all)]', activateAdded),
  row('install commit', commitActive),
  row('install rollback to committed [prompt-level (none|all)]', (call) => goBack(call, 'install_rollback')),
  row('install abort [prompt-level (none|all)]', (call) => goBack(call, 'install_abort')),
  row('install remove inactive', removeInactive),
  row('show install (summary|active|committed|inactive)', summary),
  row(
    'request platform software package install switch all file <url:file> [new] [auto-copy] [on-reboot] [force]',
    requestInstall,
    isSwitch,
  ),
  row('request platform software package expand switch all file <url:file>', expand, isSwitch),
  row('request platform software package clean [switch all]', removeInactive, isSwitch),
];
