/** Where a copy ends: a file of the device, a server, or the running configuration. */
import type { Upload } from '../../files/index.ts';
import type { Call } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { verification } from '../commands/verification.ts';
import type { OpenedTarget } from '../ports.ts';
import { type Spot, spotText } from '../state/volumes.ts';
import { Checksum } from './class-b.ts';
import { reachSaying, shownUrl, type Source } from './copy-source.ts';
import { type End, nameAtEnd, type RemoteName } from './endpoint.ts';
import { asFileError, isSpace, sayingOf } from './failure.ts';
import { copiedText, type Marks, type Moved, moveBytes, TextSink } from './move-bytes.ts';
import { openTarget, packetBytesOf, withCredentials } from './reach.ts';

/** Bytes that FTP of IOS moves at a time; it prints them behind the total. */
const FTP_BLOCK = 4096;

/** What stands between the marks and the figures. */
function okText(source: End, { bytes }: Moved): string {
  if (source.kind !== 'remote') return '';
  if (source.scheme === 'scp') return '';
  return source.scheme === 'ftp' ? `\n[OK - ${bytes}/${FTP_BLOCK} bytes]\n` : `\n[OK - ${bytes} bytes]\n`;
}

export async function failureText(call: Call, shown: string, error: unknown, spot: Spot | undefined): Promise<string> {
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
export async function intoFile(call: Call, source: Source, spot: Spot, end: End): Promise<string> {
  let upload: Upload | undefined;
  const checksum = new Checksum();
  try {
    const { sizeBytes } = source;
    upload = await spot.volume.files.openUpload(spot.path, sizeBytes === undefined ? {} : { sizeBytes });
    if (end.kind !== 'remote') await call.session.write('Copy in progress...');
    const trouble = call.system.faults.duringCopy;
    const to = checksum.over(upload);
    const moved = await moveBytes(call, { from: source, to, marks: marksOf(source, end), trouble });
    await upload.commit();
    upload = undefined;
    const checked = spot.volume.facts.kind === 'class-b' ? `\n${checksum.text}` : '';
    const said = `${okText(end, moved)}${checked}\n${copiedText(moved)}`;
    return wantsVerification(call) ? await verified(call, spot, said) : said;
  } catch (error) {
    await upload?.discard();
    throw error instanceof CommandRefusal
      ? error
      : new CommandRefusal(await failureText(call, source.shown, error, spot));
  }
}

function wantsVerification({ args, system }: Call): boolean {
  return args.has('/verify') || (system.config.has('file verify auto') && !args.has('/noverify'));
}

/** A copy that turns out not to be an image that was signed is taken away again. */
async function verified(call: Call, spot: Spot, said: string): Promise<string> {
  await call.session.write(said);
  const steps = verification(call, spot);
  let text = '';
  let step = await steps.next();
  for (; step.done !== true; step = await steps.next()) text += step.value;
  if (step.value) return `${text}Signature Verified\n`;
  await spot.volume.files.remove(spot.path);
  throw new CommandRefusal(`%ERROR: Not able to process Signature in ${spotText(spot)}.\n%ERROR: Aborting copy.`);
}

const marksOf = (source: Source, end: End): Marks =>
  end.kind === 'remote' ? source.marks : { ...source.marks, mark: 'C' };

/** TFTP says nothing but its marks, one of them for the answer to its request; SCP what it told the other end. */
async function announce(call: Call, { scheme, path }: RemoteName, sizeBytes: number | undefined): Promise<void> {
  const file = nameAtEnd(path);
  if (scheme === 'tftp') await call.session.write('!');
  if (scheme === 'scp') await call.session.write(` Sink: C0644 ${sizeBytes ?? 0} ${file}\n`);
}

export async function intoServer(call: Call, source: Source, asked: RemoteName): Promise<string> {
  const { session } = call;
  if (asked.scheme !== 'tftp')
    await session.write(
      `Writing ${nameAtEnd(asked.path)} ${asked.scheme === 'scp' || asked.scheme === 'sftp' ? '\n' : ''}`,
    );
  const name = await withCredentials(call, asked);
  let opened: OpenedTarget | undefined;
  let upload: Upload | undefined;
  try {
    opened = await openTarget(call, name);
    const { sizeBytes } = source;
    upload = await opened.files.openUpload(opened.path, sizeBytes === undefined ? {} : { sizeBytes });
    await announce(call, name, sizeBytes);
    const marks = { mark: '!', packetBytes: packetBytesOf(call, name) };
    const moved = await moveBytes(call, { from: source, to: upload, marks });
    await upload.commit();
    return `\n${copiedText(moved)}`;
  } catch (error) {
    await upload?.discard().catch(() => undefined);
    if (call.signal.aborted) throw error;
    const saying = reachSaying(asFileError(error), name);
    const dots = name.scheme === 'tftp' && saying === 'Timed out' ? '.....' : '';
    throw new CommandRefusal(`${dots}\n%Error opening ${shownUrl(call, asked)} (${saying})`);
  } finally {
    await opened?.files.close();
  }
}

export async function intoRunning(call: Call, source: Source, end: End): Promise<string> {
  const sink = new TextSink();
  try {
    const marks = end.kind === 'remote' ? source.marks : { ...source.marks, mark: '' };
    const moved = await moveBytes(call, { from: source, to: sink, marks });
    const refusals = await call.system.merge(sink.text);
    call.system.changed(call.session);
    await call.system.doorsChanged();
    const blank = end.kind === 'remote' ? '\n' : '';
    return `${okText(end, moved)}${refusals.join('')}${blank}${copiedText(moved)}`;
  } catch (error) {
    throw new CommandRefusal(await failureText(call, source.shown, error, undefined));
  }
}
