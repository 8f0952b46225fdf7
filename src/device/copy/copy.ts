/** `copy`: from any place of the device or of the network to any other, by the protocols themselves. */
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { keepConfiguration } from '../config-archive.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { type Spot, spotText, standing } from '../state/volumes.ts';
import { askDestination, askSource, endName } from './ask-ends.ts';
import { erasing } from './class-b.ts';
import { failureText, intoFile, intoRunning, intoServer } from './copy-destination.ts';
import { openSource, type Source } from './copy-source.ts';
import { type End, promptLevel } from './endpoint.ts';
import { asFileError, sayingOf } from './failure.ts';
import { type Marks, moveBytes, TextSink } from './move-bytes.ts';

const NO_MARKS: Marks = { mark: '', packetBytes: 512 };

/** The text of a configuration, from wherever it lies. Throws a `CommandRefusal`. */
export async function readConfigurationFrom(call: Call, end: End): Promise<string> {
  await using source = await openSource(call, end);
  const sink = new TextSink();
  try {
    const marks = end.kind === 'remote' ? source.marks : NO_MARKS;
    await moveBytes(call, { from: source, to: sink, marks });
  } catch (error) {
    throw new CommandRefusal(await failureText(call, source.shown, error, undefined));
  }
  if (end.kind === 'remote') await call.session.write('\n');
  return sink.text;
}

/** running-config to startup-config is a save; anything else is kept as it comes. */
async function intoStartup(call: Call, source: Source, end: End): Promise<string> {
  if (end.kind === 'running-config') return await saved(call);
  const spot: Spot = { volume: call.system.volumes.nvram, path: STARTUP_CONFIG };
  return await intoFile(call, source, spot, end);
}

/** `Building configuration...` and `[OK]`, with the question of the first save under another version. */
export async function saved(call: Call): Promise<string> {
  const { system, session } = call;
  const { savedBy } = system.hardware.facts;
  if (savedBy !== undefined && savedBy !== system.image.version) {
    const asked =
      'Warning: Attempting to overwrite an NVRAM configuration previously written\nby a different version of the system image.\nOverwrite the previous NVRAM configuration?[confirm]';
    if (!(await session.confirm(asked))) return '';
  }
  await session.write('Building configuration...\n');
  try {
    await system.save();
  } catch (error) {
    throw new CommandRefusal(`%Error opening nvram:/startup-config (${sayingOf(asFileError(error))})`);
  }
  if (system.config.section('archive')?.has('write-memory') === true) await keepConfiguration(system);
  if (!system.config.has('service compress-config')) return '[OK]\n';
  const bytes = Buffer.byteLength(system.configurationText());
  const compressed = Math.ceil(bytes * COMPRESSED_PART);
  return `Compressed configuration from ${bytes} bytes to ${compressed} bytes[OK]\n`;
}

/** What is left of a configuration that is compressed, measured at real ones. */
const COMPRESSED_PART = 0.31;

/** A file of the device that is not there, or that would be copied onto itself, is told before anything is asked. */
async function refuseBadSource(from: End, to: End): Promise<void> {
  if (from.kind !== 'file') return;
  if ((await standing(from.spot)) === undefined)
    throw new CommandRefusal(`%Error opening ${spotText(from.spot)} (No such file or directory)`);
  if (to.kind === 'file' && spotText(from.spot) === spotText(to.spot))
    throw new CommandRefusal('%Error: Source and destination are the same file');
}

/** Says no where a name is taken and nobody wants it replaced. */
async function mayReplace(call: Call, end: End): Promise<boolean> {
  if (end.kind !== 'file' || promptLevel(call) === 'quiet') return true;
  const entry = await standing(end.spot);
  if (entry === undefined) return true;
  if (entry.type === 'directory') throw new CommandRefusal(`%Error opening ${spotText(end.spot)} (Is a directory)`);
  return await call.session.confirm(
    '%Warning:There is a file already existing with this name \nDo you want to over write? [confirm]',
  );
}

async function deliver(call: Call, source: Source, ends: { readonly from: End; readonly to: End }): Promise<string> {
  const { from, to } = ends;
  if (to.kind === 'running-config') return await intoRunning(call, source, from);
  if (to.kind === 'startup-config') return await intoStartup(call, source, from);
  if (to.kind === 'remote') return await intoServer(call, source, to);
  return await intoFile(call, source, to.spot, from);
}

/** Carries out `copy SOURCE DESTINATION`; gives what is said at its end. */
export async function copy(call: Call, source: string, destination: string): Promise<string> {
  const from = await askSource(call, keywordOr(source));
  const to = await askDestination(call, keywordOr(destination), from);
  await refuseBadSource(from, to);
  if (!(await mayReplace(call, to))) return '';
  const erase = to.kind === 'file' ? erasing(call, to.spot.volume) : undefined;
  await using opened = await openSource(call, from, erase);
  return await deliver(call, opened, { from, to });
}

const keywordOr = (word: string): ReturnType<typeof endName> =>
  word === 'running-config' || word === 'startup-config' ? { kind: word } : endName(word);
