/** `archive config`, `configure replace` and their kin: configurations that are kept, compared and brought back. */
import { baseName } from '../../base/virtual-path.ts';
import type { Call, CommandRow, RunningSystem } from '../command.ts';
import { archiveOf, keepConfiguration, keptIn, NOT_ENABLED } from '../config-archive.ts';
import { askSource } from '../copy/ask-ends.ts';
import { endName } from '../copy/endpoint.ts';
import { readConfigurationFrom } from '../copy/copy.ts';
import { configurationDifferences } from '../render/differences.ts';
import { replaceConfiguration } from '../replace-configuration.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { readText } from '../state/volumes.ts';

const MINUTE_MS = 60_000;

async function archiveConfig({ system }: Call): Promise<string> {
  await keepConfiguration(system);
  return '';
}

async function showArchive({ system }: Call): Promise<string> {
  const archive = archiveOf(system);
  if (archive === undefined) return `${NOT_ENABLED}\n`;
  const kept = await keptIn(archive);
  const next = (kept.at(-1)?.number ?? -1) + 1;
  const folder = archive.path.slice(0, archive.path.length - baseName(archive.spot.path).length);
  return [
    `The maximum archive configurations allowed is ${archive.most}.`,
    `There are currently ${kept.length} archive configurations saved.`,
    `The next archive file will be named ${archive.path}-<timestamp>-${next}`,
    ' Archive #  Name',
    ...kept.map(
      ({ name }, index) =>
        `   ${String(index + 1).padEnd(9)}${folder}${name}${index === kept.length - 1 ? ' <- Most Recent' : ''}`,
    ),
    '',
  ].join('\n');
}

const SURE =
  'This will apply all necessary additions and deletions\nto replace the current running configuration with the\ncontents of the specified configuration file, which is\nassumed to be a complete configuration, not a partial\nconfiguration. Enter Y if you are sure you want to proceed. ? [no]: ';

/** Reverts that wait to be confirmed. */
const waiting = new WeakMap<RunningSystem, () => void>();

function revertLater(system: RunningSystem, minutes: number, before: string): void {
  waiting.get(system)?.();
  const cancel = system.world.clock.after(minutes * MINUTE_MS, () => {
    waiting.delete(system);
    system.log({
      facility: 'ARCHIVE_DIFF',
      severity: 5,
      mnemonic: 'ROLLBK_CNFMD_CHG_ROLLBACK_START',
      text: 'Start rolling to: the configuration of before',
    });
    void replaceConfiguration(system, before);
  });
  waiting.set(system, cancel);
}

async function configureReplace(call: Call): Promise<string> {
  const { system, session, args } = call;
  const text = await readConfigurationFrom(call, await askSource(call, endName(args.text('url') ?? '')));
  if (!args.has('force') && !/^y/i.test((await session.ask(SURE)).trim())) return '';
  const before = system.configurationText();
  const differences = configurationDifferences(before, text);
  const refusals = await replaceConfiguration(system, text);
  if (refusals.length > 0) return `${refusals.join('')}\nRollback aborted after 1 passes\n`;
  const minutes = args.text('minutes');
  if (minutes !== undefined) revertLater(system, Number(minutes), before);
  const list = args.has('list') ? `!Pass 1\n!List of Rollback Commands:\n${differences}end\n` : '';
  return `${list}Total number of passes: 1\nRollback Done\n\n`;
}

function configureConfirm({ system }: Call): string {
  const cancel = waiting.get(system);
  if (cancel === undefined) return '%No Rollback Confirmed Change pending\n';
  cancel();
  waiting.delete(system);
  return '';
}

/** The files that a command names: two, one against what runs, or what was saved against what runs. */
async function differences(call: Call): Promise<string> {
  const { system, args } = call;
  const read = async (url: string): Promise<string> =>
    await readConfigurationFrom(call, await askSource(call, endName(url)));
  const [first, second] = [args.text('first'), args.text('second')];
  const one =
    first === undefined ? ((await readText(system.volumes.nvram.files, STARTUP_CONFIG)) ?? '') : await read(first);
  const other = second === undefined ? system.configurationText() : await read(second);
  const found = configurationDifferences(one, other);
  return found === '' ? '!No changes were found\n' : `!Contextual Config Diffs:\n${found}\n`;
}

/** Commands about configurations that are kept. */
export const ARCHIVE_CONFIG_COMMANDS: readonly CommandRow[] = [
  { syntax: 'archive config', privilege: 15, run: archiveConfig },
  { syntax: 'show archive', privilege: 15, run: showArchive },
  { syntax: 'show archive config differences [<first:source> [<second:source>]]', privilege: 15, run: differences },
  {
    syntax: 'configure replace <url:source> [list] [force] [time <minutes:1-120>]',
    privilege: 15,
    run: configureReplace,
  },
  { syntax: 'configure confirm', privilege: 15, run: configureConfirm },
];
