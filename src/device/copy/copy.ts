/** `copy`: from any place of the device or of the network to any other, by the protocols themselves. */
import type { Entry, Upload } from '../../files/index.ts';
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import type { OpenedTarget } from '../ports.ts';
import { readText, type Spot, spotText, standing } from '../state/volumes.ts';
import { inspectFile } from '../boot/loadable.ts';
import { keepConfiguration } from '../config-archive.ts';
import { STARTUP_CONFIG } from '../startup.ts';
import { askDestination, askSource, endName } from './ask-ends.ts';
import { eraseBeforeCopying } from './class-b.ts';
import { type End, nameAtEnd, promptLevel, type RemoteName, remoteText } from './endpoint.ts';
import { asFileError, isSpace, sayingOf } from './failure.ts';
import { copiedText, type Marks, type Moved, moveBytes, textReader, TextSink } from './move-bytes.ts';
import { openTarget, packetBytesOf, viaText, withCredentials } from './reach.ts';

/** Bytes that FTP of IOS moves at a time; it prints them behind the total. */
const FTP_BLOCK = 4096;

interface Source extends AsyncDisposable {
  readonly read: (into: Uint8Array, positionBytes: number) => Promise<number>;
  readonly sizeBytes: number | undefined;
  /** What error messages call it. */
  readonly shown: string;
  readonly marks: Marks;
}

const NO_MARKS: Marks = { mark: '', packetBytes: 512 };

const nothingToClose = (): Promise<void> => Promise.resolve();

function fromText(text: string, shown: string): Source {
  const reader = textReader(text);
  return { ...reader, shown, marks: NO_MARKS, [Symbol.asyncDispose]: nothingToClose };
}

async function fromSpot(spot: Spot): Promise<Source> {
  const reader = await spot.volume.files.openReader(spot.path);
  return {
    read: (into, position) => reader.read(into, position),
    sizeBytes: reader.entry.sizeBytes,
    shown: spotText(spot),
    marks: { mark: 'C', packetBytes: 6_400 },
    [Symbol.asyncDispose]: () => reader.close(),
  };
}

/** What stands before the marks. */
function loadingText(call: Call, { scheme, host, path }: RemoteName, { mode = 0o644, sizeBytes }: Entry): string {
  const file = nameAtEnd(path);
  if (scheme === 'scp') return ` Sending file modes: C${mode.toString(8).padStart(4, '0')} ${sizeBytes} ${file}\n`;
  return scheme === 'tftp' ? `\nLoading ${file} from ${host} ${viaText(call)}: ` : `\nLoading ${file} `;
}

/** `Accessing …`, then the file, then `Loading …`, as each protocol has it. */
async function fromRemote(call: Call, name: RemoteName): Promise<Source> {
  const { session } = call;
  const url = remoteText(name);
  const known = await withCredentials(call, name);
  if (name.scheme !== 'scp') await session.write(`Accessing ${url}...`);
  let opened: OpenedTarget | undefined;
  try {
    opened = await openTarget(call, known);
    const { files, path } = opened;
    const reader = await files.openReader(path);
    const { entry } = reader;
    await session.write(loadingText(call, name, entry));
    return {
      read: (into, position) => reader.read(into, position),
      sizeBytes: entry.sizeIs === 'unknown' ? undefined : entry.sizeBytes,
      shown: url,
      marks: { mark: '!', packetBytes: packetBytesOf(call, name) },
      async [Symbol.asyncDispose]() {
        await reader.close();
        await files.close();
      },
    };
  } catch (error) {
    await opened?.files.close();
    const failure = asFileError(error);
    const dots = failure.kind === 'unreachable' || failure.kind === 'timed-out' ? '.....' : '';
    throw new CommandRefusal(`${dots}\n%Error opening ${url} (${sayingOf(failure)})`);
  }
}

async function openSource(call: Call, end: End): Promise<Source> {
  const { system } = call;
  if (end.kind === 'running-config') return fromText(system.configurationText(), 'system:/running-config');
  if (end.kind === 'startup-config') {
    const text = await readText(system.volumes.nvram.files, STARTUP_CONFIG);
    if (text === undefined)
      throw new CommandRefusal('%Error opening nvram:/startup-config (No such file or directory)');
    return fromText(text, 'nvram:/startup-config');
  }
  if (end.kind === 'remote') return await fromRemote(call, end);
  try {
    return await fromSpot(end.spot);
  } catch (error) {
    throw new CommandRefusal(`%Error opening ${spotText(end.spot)} (${sayingOf(asFileError(error))})`);
  }
}

/** The last line before the figures. */
function okText(source: End, { bytes }: Moved): string {
  if (source.kind !== 'remote' || source.scheme === 'scp') return '';
  return source.scheme === 'ftp' ? `\n[OK - ${bytes}/${FTP_BLOCK} bytes]\n` : `\n[OK - ${bytes} bytes]\n`;
}

async function failureText(call: Call, shown: string, error: unknown, spot: Spot | undefined): Promise<string> {
  if (call.signal.aborted) throw error;
  const failure = asFileError(error);
  if (isSpace(failure) && spot !== undefined) {
    const free = await spot.volume.freeBytes();
    return `\n%Error copying ${shown} (Not enough space on device)\n\n${free} bytes available (${spot.volume.facts.bytes - free} bytes used)`;
  }
  const waited = failure.kind === 'timed-out' ? ' ... [timed out]' : '';
  return `${waited}\n%Error reading ${shown} (${sayingOf(failure)})`;
}

/** Writes a file of the device; nothing is left of a copy that fails. */
async function intoFile(call: Call, source: Source, spot: Spot, end: End): Promise<string> {
  let upload: Upload | undefined;
  try {
    const { sizeBytes } = source;
    upload = await spot.volume.files.openUpload(spot.path, sizeBytes === undefined ? {} : { sizeBytes });
    if (end.kind !== 'remote') await call.session.write('Copy in progress...');
    const trouble = call.system.faults.duringCopy;
    const moved = await moveBytes(call, { from: source, to: upload, marks: marksOf(source, end), trouble });
    await upload.commit();
    return `${okText(end, moved)}\n${await verified(call, spot)}${copiedText(moved)}`;
  } catch (error) {
    await upload?.discard();
    if (error instanceof CommandRefusal) throw error;
    throw new CommandRefusal(await failureText(call, source.shown, error, spot));
  }
}

const marksOf = (source: Source, end: End): Marks =>
  end.kind === 'remote' ? source.marks : { ...source.marks, mark: 'C' };

async function intoServer(call: Call, source: Source, name: RemoteName): Promise<string> {
  const { session } = call;
  const url = remoteText(name);
  await session.write(`Writing ${nameAtEnd(name.path)} `);
  let opened: OpenedTarget | undefined;
  let upload: Upload | undefined;
  try {
    opened = await openTarget(call, await withCredentials(call, name));
    const { sizeBytes } = source;
    upload = await opened.files.openUpload(opened.path, sizeBytes === undefined ? {} : { sizeBytes });
    const marks = { mark: '!', packetBytes: packetBytesOf(call, name) };
    const moved = await moveBytes(call, { from: source, to: upload, marks });
    await upload.commit();
    return `\n${copiedText(moved)}`;
  } catch (error) {
    await upload?.discard().catch(() => undefined);
    if (call.signal.aborted) throw error;
    throw new CommandRefusal(`\n%Error opening ${url} (${sayingOf(asFileError(error))})`);
  } finally {
    await opened?.files.close();
  }
}

async function intoRunning(call: Call, source: Source, end: End): Promise<string> {
  const sink = new TextSink();
  try {
    const moved = await moveBytes(call, { from: source, to: sink, marks: source.marks });
    const refusals = await call.system.merge(sink.text);
    call.system.changed(call.session);
    await call.system.doorsChanged();
    return `${okText(end, moved)}${refusals.join('')}\n${copiedText(moved)}`;
  } catch (error) {
    throw new CommandRefusal(await failureText(call, source.shown, error, undefined));
  }
}

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

/** `copy /verify`, and `file verify auto`: an image that is none, or is damaged, does not stay. */
async function verified(call: Call, spot: Spot): Promise<string> {
  const { args, system } = call;
  const isAuto = system.config.has('file verify auto') && !args.has('/noverify');
  if (!isAuto && !args.has('/verify')) return '';
  await using reader = await spot.volume.files.openReader(spot.path);
  const { facts, state } = await inspectFile(reader);
  const shown = spotText(spot);
  if (facts !== undefined && state !== 'damaged' && state !== 'cut')
    return `Verifying file integrity of ${shown}\nDigital signature successfully verified in file ${shown}\n`;
  await spot.volume.files.remove(spot.path);
  throw new CommandRefusal(`\n%ERROR: Not able to process Signature in ${shown}.\n%ERROR: Aborting copy.`);
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
  return '[OK]\n';
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
  if (!(await mayReplace(call, to))) return '';
  if (from.kind === 'file' && to.kind === 'file' && spotText(from.spot) === spotText(to.spot))
    throw new CommandRefusal('%Error: Source and destination are the same file');
  if (to.kind === 'file' && to.spot.volume.facts.kind === 'class-b') await eraseBeforeCopying(call, to.spot.volume);
  await using opened = await openSource(call, from);
  return await deliver(call, opened, { from, to });
}

const keywordOr = (word: string): ReturnType<typeof endName> =>
  word === 'running-config' || word === 'startup-config' ? { kind: word } : endName(word);
