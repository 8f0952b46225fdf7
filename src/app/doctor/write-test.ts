/** Makes a small file, changes it in every way that a client needs, and takes it away again. Only when asked for. */
import { createHash } from 'node:crypto';
import { parseTimeValue, printTimeValue } from '../../base/time-value.ts';
import type { FtpCommand, FtpReply } from '../../protocols/ftp/client/session.ts';
import { skewText } from './encryption.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';
import { type Patient, whyOf } from './patient.ts';
import { receive } from './receive.ts';

const WHOLE = new TextEncoder().encode('Portcall looks whether this server keeps what it is given.\n'.repeat(64));
const HALF = WHOLE.length / 2;
/** 2 January 2020, 03:04:05: a time that no clock shows by itself. */
const SOME_TIME_MS = Date.UTC(2020, 0, 2, 3, 4, 5);
/** Clocks that differ less are as good as the same. */
const MAX_SKEW_MS = 5_000;

const isGood = ({ code }: FtpReply): boolean => code >= 200 && code < 400;
const textOf = ({ code, lines }: FtpReply): string => `${code} ${lines.at(-1) ?? ''}`.trim();

/** One file under test. */
interface Trial {
  readonly patient: Patient;
  readonly name: string;
  readonly renamed: string;
}

const say = ({ patient }: Trial, verb: string, argument: string): Promise<FtpReply> =>
  patient.main.session.command({ verb, argument }, { signal: patient.signal });

async function send({ patient }: Trial, command: FtpCommand, bytes: Uint8Array, restartBytes = 0): Promise<void> {
  const options = { signal: patient.signal, restartBytes };
  const outgoing = await patient.main.session.store(command, options);
  try {
    await outgoing.write(bytes, options);
    await outgoing.finish(options);
  } finally {
    await outgoing.abort();
  }
}

const readBack = async ({ patient }: Trial, name: string): Promise<Uint8Array> =>
  (
    await receive(
      patient.main.session,
      { verb: 'RETR', argument: name },
      { maxBytes: 1024 * 1024, signal: patient.signal },
    )
  ).bytes;

const isSame = (one: Uint8Array, other: Uint8Array): boolean => Buffer.compare(one, other) === 0;

async function upload(trial: Trial): Promise<Finding> {
  await send(trial, { verb: 'STOR', argument: trial.name }, WHOLE);
  return isSame(await readBack(trial, trial.name), WHOLE)
    ? ok('write-test', 'A file was uploaded, and came back the same')
    : problem('write-test', 'A file came back with other bytes than were sent', 'do not trust this server with files');
}

/** What the server says of the time of a file that was written now. */
async function skew(trial: Trial): Promise<Finding | undefined> {
  const reply = await say(trial, 'MDTM', trial.name);
  const writtenMs = parseTimeValue(reply.lines.at(-1)?.trim() ?? '');
  if (!isGood(reply) || writtenMs === undefined) return undefined;
  const skewMs = writtenMs - trial.patient.clock.now();
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok('times', 'The server’s clock agrees with ours');
  const sentence = `The server’s clock is ${skewText(skewMs)}`;
  return warning('times', sentence, 'sync by time is not to be trusted: set the clocks, or compare by hash');
}

async function setTime(trial: Trial): Promise<Finding | undefined> {
  if (!trial.patient.main.session.server.features.has('MFMT')) return undefined;
  await say(trial, 'MFMT', `${printTimeValue(SOME_TIME_MS)} ${trial.name}`);
  const reply = await say(trial, 'MDTM', trial.name);
  return parseTimeValue(reply.lines.at(-1)?.trim() ?? '') === SOME_TIME_MS
    ? ok('times', 'A file’s time was set, and stayed')
    : warning('times', 'A file’s time was set, but did not stay', 'copies will have the time of the copying');
}

async function hash(trial: Trial): Promise<Finding | undefined> {
  const { features } = trial.patient.main.session.server;
  if (!/SHA-256\*?/i.test(features.get('HASH') ?? '')) return undefined;
  await trial.patient.main.session.command({ verb: 'OPTS', argument: 'HASH SHA-256' });
  const reply = await say(trial, 'HASH', trial.name);
  const wanted = createHash('sha256').update(WHOLE).digest('hex');
  return reply.lines.join(' ').toLowerCase().includes(wanted)
    ? ok('hash', 'The server’s own SHA-256 of the file is right')
    : warning('hash', `The server’s own SHA-256 of the file is wrong (${textOf(reply)})`, 'verify by reading back');
}

async function resume(trial: Trial): Promise<Finding> {
  try {
    await send(trial, { verb: 'STOR', argument: trial.name }, WHOLE.subarray(0, HALF));
    await send(trial, { verb: 'STOR', argument: trial.name }, WHOLE.subarray(HALF), HALF);
    return isSame(await readBack(trial, trial.name), WHOLE)
      ? ok('resume', 'An upload was resumed in the middle')
      : problem('resume', 'An upload that was resumed left other bytes', 'do not use put --resume with this server');
  } catch (error) {
    if (!trial.patient.main.session.isOpen) throw error;
    return note('resume', `An upload cannot be resumed: ${whyOf(error)}`, 'put sends files anew');
  }
}

async function rename(trial: Trial): Promise<Finding> {
  const from = await say(trial, 'RNFR', trial.name);
  const to = from.code === 350 ? await say(trial, 'RNTO', trial.renamed) : from;
  return isGood(to) && from.code === 350
    ? ok('write-test', 'A file was renamed: uploads can stay hidden until they are whole')
    : warning(
        'write-test',
        `A file cannot be renamed (${textOf(to)})`,
        'uploads are seen half-written: put with --direct',
      );
}

/** Takes away what is left under either name; the finding when something stays. */
async function clean(trial: Trial): Promise<Finding> {
  const replies = [await say(trial, 'DELE', trial.renamed), await say(trial, 'DELE', trial.name)];
  return replies.some(isGood)
    ? ok('write-test', 'The file was removed again')
    : warning('write-test', `The file ${trial.name} could not be removed`, 'remove it by hand');
}

/** `random` is text that makes the file's name its own. */
export async function examineWriting(patient: Patient, random: string): Promise<readonly Finding[]> {
  const name = `portcall-doctor-${random}.tmp`;
  const trial: Trial = { patient, name, renamed: `${name}.renamed` };
  const found: Finding[] = [];
  try {
    found.push(await upload(trial));
  } catch (error) {
    patient.signal.throwIfAborted();
    if (!patient.main.session.isOpen) throw error;
    return [
      problem('write-test', `Nothing can be uploaded: ${whyOf(error)}`, 'check the account’s rights in this directory'),
    ];
  }
  try {
    for (const step of [skew, setTime, hash, resume, rename]) {
      const finding = await step(trial);
      if (finding !== undefined) found.push(finding);
    }
  } finally {
    if (patient.main.session.isOpen) found.push(await clean(trial));
  }
  return found;
}
