/** `show install …`: what lies there, what is active, and how operations went. */
import type { Call, CommandRow } from '../command.ts';
import { inspectFile } from '../boot/loadable.ts';
import { orFailed } from '../install/operation.ts';
import { inactiveConfs, PACKAGES_CONF, packagesOf, versionIn } from '../install/provisioning.ts';
import { trialLeftMs } from '../install/trial.ts';
import { installedText, timeLeftText } from '../render/install.ts';
import { spotText } from '../state/volumes.ts';
import { BUILD, fileOnMain, isXe } from './install.ts';

type Kind = 'summary' | 'active' | 'committed' | 'inactive' | 'uncommitted';
const KINDS: readonly Kind[] = ['summary', 'active', 'committed', 'inactive', 'uncommitted'];

/** The letters of the state column that each command shows. */
const SHOWN: Readonly<Record<Kind, string>> = {
  summary: 'IUC',
  active: 'UC',
  committed: 'C',
  inactive: 'I',
  uncommitted: 'U',
};

async function packages({ system, args }: Call): Promise<string> {
  const { volumes, hardware, image, world } = system;
  const kind = KINDS.find((one) => args.has(one)) ?? 'summary';
  const active = versionIn(await packagesOf(volumes.main, PACKAGES_CONF)) ?? image.version;
  const isOnTrial = hardware.facts.trial !== undefined;
  const rows = [
    { state: isOnTrial ? 'U' : 'C', version: active },
    ...(await inactiveConfs(volumes)).map(({ version }) => ({ state: 'I', version })),
  ].filter(({ state }) => SHOWN[kind].includes(state));
  const left = timeLeftText(trialLeftMs(hardware.facts, world.clock.now()));
  return installedText({
    rows: rows.map(({ state, version }) => `IMG   ${state}    ${version}.${BUILD}`),
    kind,
    timer: isOnTrial ? `active on install_activate, time before rollback - ${left}` : 'inactive',
  });
}

const log = ({ system }: Call): string =>
  (system.hardware.facts.installLog ?? []).map((line, index) => `[${index}|${line}\n`).join('');

function rollbackPoints({ system }: Call): string {
  const { points = [] } = system.hardware.facts;
  if (points.length === 0) return 'No rollback points\n';
  return [
    'ID   Label   Description',
    ...points.map(({ id, version }) => `${String(id).padEnd(5)}-       ${version}.${BUILD}`),
    '',
  ].join('\n');
}

async function packageFacts(call: Call): Promise<string> {
  return await orFailed({ call, name: 'show_install_package' }, async () => {
    const spot = fileOnMain(call);
    await using reader = await spot.volume.files.openReader(spot.path);
    const { facts, reason, state } = await inspectFile(reader);
    if (facts === undefined) return `FAILED: ${spotText(spot)} ${reason}\n`;
    return [
      `Package: ${spot.path.slice(1)}`,
      `  Size: ${facts.sizeBytes}`,
      `  Canonical path: ${spotText(spot)}`,
      `  Package type: ${facts.kind}`,
      `  Image id: ${facts.imageId}`,
      `  Version: ${facts.paddedVersion ?? facts.version}.${BUILD}`,
      `  State: ${state}`,
      '',
    ].join('\n');
  });
}

const row = (syntax: string, run: CommandRow['run']): CommandRow => ({ syntax, privilege: 15, on: isXe, run });

/** Commands that tell of install mode. */
export const SHOW_INSTALL_COMMANDS: readonly CommandRow[] = [
  row(`show install (${KINDS.join('|')})`, packages),
  row('show install log', log),
  row('show install rollback', rollbackPoints),
  row('show install package <url:file>', packageFacts),
];
