/** `install …`: install mode of IOS XE. */
import { ROOT } from '../../base/virtual-path.ts';
import { bootNames } from '../boot/choose-image.ts';
import type { Call, CommandRow } from '../command.ts';
import {
  begin,
  choose,
  isYes,
  type Operation,
  orFailed,
  phase,
  reloadNow,
  say,
  succeed,
} from '../install/operation.ts';
import {
  expandBundle,
  type Inactive,
  inactiveConfs,
  InstallFailure,
  PACKAGES_CONF,
  packagesOf,
  readBundle,
  removeFiles,
  unusedFiles,
  versionIn,
} from '../install/provisioning.ts';
import { activate, commit, neededFiles, rollBack } from '../install/trial.ts';
import type { Platform } from '../platforms/platform.ts';
import { type Spot, spotText } from '../state/volumes.ts';
import { spotOf } from './files.ts';

/** Build numbers stand behind versions. */
export const BUILD = '0.1';

const isSilent = ({ args }: Call): boolean => args.has('none');

/** Names begin in the main volume, and packages lie there. */
export function fileOnMain(call: Call): Spot {
  const spot = spotOf(call, call.args.text('url') ?? '');
  const { main } = call.system.volumes;
  if (spot.volume === main) return spot;
  throw new InstallFailure(`copy the file to ${main.facts.name} first`);
}

/** Unsaved changes are saved or given up before a reload; false: somebody thought better of it. */
async function mayLoseChanges(call: Call): Promise<boolean> {
  const { system } = call;
  if (!system.modified) return true;
  if (isSilent(call))
    throw new InstallFailure('System configuration has been modified. Please save configuration and resubmit command.');
  const answer = await choose(
    call,
    'System configuration has been modified.\nPress Yes(y) to save the configuration and proceed.\nPress No(n) for proceeding without saving the configuration.\nPress Quit(q) to exit, you may save configuration and re-enter the command. [y/n/q]',
    { y: 'yes', n: 'no', q: 'quit' },
  );
  if (answer === 'y') await system.save();
  return answer !== 'q';
}

/** Whether the next boot is from packages.conf, as far as the loader's list says. */
function bootsFromPackages({ hardware, volumes }: Call['system']): boolean {
  const [first] = bootNames(hardware.facts.boot);
  const spot = first === undefined ? undefined : volumes.resolve(first, { volume: volumes.main, path: ROOT });
  return spot?.volume === volumes.main && spot.path === PACKAGES_CONF;
}

/** The device does not change its boot list by itself: somebody has done that, or is asked now. */
async function hasChangedBoot(call: Call): Promise<boolean> {
  const { system } = call;
  if (isSilent(call) || system.image.mode === 'install' || bootsFromPackages(system)) return true;
  const { name } = system.volumes.main.facts;
  return await isYes(call, `Please confirm you have changed boot config to ${name}packages.conf [y/n]`);
}

const mayReload = async (call: Call): Promise<boolean> =>
  isSilent(call) ||
  (await isYes(call, 'This operation may require a reload of the system. Do you want to proceed? [y/n]'));

async function addFile(call: Call): Promise<Inactive> {
  const { platform, stopped } = call.system;
  const spot = fileOnMain(call);
  const syncing = 'initial file syncing';
  const file = spotText(spot).replace(':/', ':');
  await say(call, `--- Starting ${syncing} ---`);
  const bundle = await readBundle(spot, { runs: platform.runs, stopped });
  await say(call, `Info: Finished copying ${file} to the selected switch(es)\nFinished ${syncing}\n`);
  await phase(call, 'Add', () => expandBundle(spot, bundle, stopped));
  await say(call, `Image added. Version: ${bundle.version}.${BUILD}`);
  return { conf: bundle.confPath, version: bundle.version };
}

async function activateConf(call: Call, { conf }: Inactive): Promise<boolean> {
  const { system } = call;
  const { main } = system.volumes;
  const names = await packagesOf(main, conf);
  const folder = main.facts.name.replace(':', '');
  await say(call, `Following packages shall be activated:\n${names.map((name) => `/${folder}/${name}`).join('\n')}\n`);
  if (!(await mayReload(call))) return false;
  const { file, mode } = system.image;
  const nowMs = system.world.clock.now();
  await phase(call, 'Activate', () => activate(system, { conf, nowMs, ...(mode === 'bundle' && { bundle: file }) }));
  return true;
}

async function endWithReload(operation: Operation): Promise<string> {
  const { call, name } = operation;
  await say(call, `Send model notification for ${name} before reload\nInstall will reload the system now!`);
  await succeed(operation);
  await reloadNow(operation);
  return '';
}

/** One trial at a time: what is active must be committed, or taken back, before something else is activated. */
function refuseOnTrial({ system }: Call): void {
  if (system.hardware.facts.trial !== undefined)
    throw new InstallFailure('The active image is not committed: commit it or abort the installation first');
}

/** `install add file X [activate [commit]]`. */
async function add(call: Call): Promise<string> {
  const { args, system } = call;
  const steps = ['add', 'activate', 'commit'].filter((step) => args.has(step));
  const operation = { call, name: `install_${steps.join('_')}` };
  return await orFailed(operation, async () => {
    await begin(operation);
    if (args.has('activate')) refuseOnTrial(call);
    if (args.has('activate') && !(await mayLoseChanges(call))) return '';
    const added = await addFile(call);
    if (!args.has('activate')) return await succeed(operation);
    const running = versionIn(await packagesOf(system.volumes.main, PACKAGES_CONF));
    if (running === added.version && system.image.mode === 'install') {
      await say(call, 'Same Image File-No Change');
      return await succeed(operation);
    }
    if (!(await hasChangedBoot(call)) || !(await activateConf(call, added))) return '';
    if (args.has('commit')) await phase(call, 'Commit', () => commit(system));
    return await endWithReload(operation);
  });
}

async function activateAdded(call: Call): Promise<string> {
  const operation = { call, name: 'install_activate' };
  return await orFailed(operation, async () => {
    await begin(operation);
    refuseOnTrial(call);
    const newest = (await inactiveConfs(call.system.volumes)).at(-1);
    if (newest === undefined) throw new InstallFailure('No inactive package found');
    if (!(await mayLoseChanges(call)) || !(await hasChangedBoot(call))) return '';
    return (await activateConf(call, newest)) ? await endWithReload(operation) : '';
  });
}

async function commitActive(call: Call): Promise<string> {
  const operation = { call, name: 'install_commit' };
  await begin(operation);
  await phase(call, 'Commit', () => commit(call.system));
  return await succeed(operation);
}

/** `install abort`, `install rollback to committed` and `to base`: there are no patches, so that the base is what was committed. */
async function goBack(call: Call, name: string): Promise<string> {
  const { system } = call;
  const operation = { call, name };
  return await orFailed(operation, async () => {
    await begin(operation);
    if (system.hardware.facts.trial === undefined) throw new InstallFailure('There is nothing to roll back');
    if (!(await mayLoseChanges(call)) || !(await mayReload(call))) return '';
    await phase(call, 'Rollback', async () => {
      if (!(await rollBack(system))) throw new InstallFailure('There is no earlier packages.conf');
    });
    return await endWithReload(operation);
  });
}

/** `install rollback to id N`: to something that was committed once, and whose packages still lie there. */
async function goBackTo(call: Call): Promise<string> {
  const { system, args } = call;
  const operation = { call, name: 'install_rollback' };
  return await orFailed(operation, async () => {
    await begin(operation);
    const point = (system.hardware.facts.points ?? []).find(({ id }) => id === Number(args.text('id')));
    if (point === undefined) throw new InstallFailure(`There is no rollback point ${args.text('id') ?? ''}`);
    const target = (await inactiveConfs(system.volumes)).find(({ version }) => version === point.version);
    if (target === undefined)
      throw new InstallFailure(`The packages of ${point.version} are active already, or were removed`);
    if (!(await mayLoseChanges(call)) || !(await mayReload(call))) return '';
    await phase(call, 'Rollback', async () => {
      await activate(system, { conf: target.conf, nowMs: system.world.clock.now() });
      await commit(system);
    });
    return await endWithReload(operation);
  });
}

/** `install remove inactive`, and `clean` of older releases. */
export async function removeInactive(call: Call): Promise<string> {
  const { volumes, image, hardware } = call.system;
  const operation = { call, name: 'install_remove' };
  await begin(operation);
  await say(call, 'Cleaning up unnecessary package files\nNo path specified, will use booted path');
  const names = await unusedFiles(volumes, neededFiles(hardware.facts, image.file));
  if (names.length === 0) {
    await say(call, 'SUCCESS: No extra package or provisioning files found on media. Nothing to clean.');
    return await succeed(operation);
  }
  const folder = volumes.main.facts.name.replace(':', '');
  const paths = names.map((name) => `/${folder}/${name}`).join('\n');
  await say(call, `The following files will be deleted:\n    [switch 1]:\n${paths}\n`);
  if (!(await isYes(call, 'Do you want to remove the above files? [y/n]'))) return '';
  for (const name of names) {
    call.system.stopped.throwIfAborted();
    await removeFiles(volumes, [name]);
    await say(call, `  Deleting file ${volumes.main.facts.name}${name} ... done.`);
  }
  await say(call, 'SUCCESS: Files deleted.');
  return await succeed(operation);
}

export const isXe = ({ style }: Platform): boolean => style === 'catalyst-9k' || style === 'isr-xe';

const row = (syntax: string, run: CommandRow['run']): CommandRow => ({ syntax, privilege: 15, on: isXe, run });

/** Commands of install mode. */
export const INSTALL_COMMANDS: readonly CommandRow[] = [
  row('install add file <url:file> [activate [commit]] [prompt-level (none|all)]', add),
  row('install activate [prompt-level (none|all)]', activateAdded),
  row('install commit', commitActive),
  row('install rollback to (base|committed) [prompt-level (none|all)]', (call) => goBack(call, 'install_rollback')),
  row('install rollback to id <id:0-99> [prompt-level (none|all)]', goBackTo),
  row('install abort [prompt-level (none|all)]', (call) => goBack(call, 'install_abort')),
  row('install remove inactive', removeInactive),
];
