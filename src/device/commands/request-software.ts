/** `request platform software package …`: install mode as IOS XE had it before 16.6, and has it still. */
import type { Call, CommandRow } from '../command.ts';
import { isYes, pause, reloadNow, say } from '../install/operation.ts';
import { expandBundle, InstallFailure, readBundle } from '../install/provisioning.ts';
import { activate, commit } from '../install/trial.ts';
import { spotText } from '../state/volumes.ts';
import { fileOnMain, removeInactive } from './install.ts';

const LOCK = 'install local lock acquisition on switch 1';

async function orFailed(act: () => Promise<string>): Promise<string> {
  try {
    return await act();
  } catch (error) {
    if (!(error instanceof InstallFailure)) throw error;
    return `FAILED: ${error.message}\n`;
  }
}

/** Expands, activates and commits; the next boot is the new software, with or without the reload at the end. */
async function provision(call: Call): Promise<string> {
  const { platform, stopped, image, world } = call.system;
  const spot = fileOnMain(call);
  await say(call, `--- Starting ${LOCK} ---\nFinished ${LOCK}\n`);
  const bundle = await readBundle(spot, { runs: platform.runs, stopped });
  await say(call, `Expanding image file: ${spotText(spot).replace(':/', ':')}`);
  await expandBundle(spot, bundle, stopped);
  await pause(call);
  const nowMs = world.clock.now();
  await activate(call.system, {
    conf: bundle.confPath,
    nowMs,
    ...(image.mode === 'bundle' && { bundle: image.file }),
  });
  await commit(call.system);
  await say(call, 'SUCCESS: Finished install: Success on [1]');
  if (call.args.has('on-reboot')) return 'SUCCESS: Software provisioned.  New software will load on reboot.\n';
  if (!(await isYes(call, '[1]: Do you want to proceed with reload? [yes/no]: '))) return '';
  await reloadNow({ call, name: 'install' });
  return '';
}

async function expand(call: Call): Promise<string> {
  const { platform, stopped } = call.system;
  const spot = fileOnMain(call);
  await expandBundle(spot, await readBundle(spot, { runs: platform.runs, stopped }), stopped);
  return 'SUCCESS: Finished expanding the image file.\n';
}

const isSwitch: CommandRow['on'] = ({ style }) => style === 'catalyst-9k';
const isRouter: CommandRow['on'] = ({ style }) => style === 'isr-xe';

const INSTALL = 'request platform software package install';
const OPTIONS = '[new] [auto-copy] [on-reboot] [force]';

const row = (syntax: string, act: (call: Call) => Promise<string>, on: CommandRow['on']): CommandRow => ({
  syntax,
  privilege: 15,
  ...(on !== undefined && { on }),
  run: (call) => orFailed(() => act(call)),
});

/** Commands of install mode in their older form. */
export const REQUEST_SOFTWARE_COMMANDS: readonly CommandRow[] = [
  row(`${INSTALL} switch all file <url:file> ${OPTIONS}`, provision, isSwitch),
  row(`${INSTALL} rp 0 file <url:file> ${OPTIONS}`, provision, isRouter),
  row('request platform software package expand switch all file <url:file>', expand, isSwitch),
  row('request platform software package expand file <url:file>', expand, isRouter),
  row('request platform software package clean [switch all]', removeInactive, isSwitch),
  row('request platform software package clean', removeInactive, isRouter),
];
