/** Fetches the file that was named: how fast, whether it can be resumed, and whether a transfer can be stopped. */
import { rateOf, sizeText } from '../../observe/quantities.ts';
import { type Finding, ok, problem, warning } from './finding.ts';
import { type Patient, whyOf } from './patient.ts';
import { receive } from './receive.ts';

/** Enough to measure a rate, little enough to wait for. */
const MAX_BYTES = 32 * 1024 * 1024;
/** How much of the end is fetched again, from an offset. */
const TAIL_BYTES = 16 * 1024;

async function examineFile(patient: Patient, file: string): Promise<readonly Finding[]> {
  const { main, clock, signal } = patient;
  const command = { verb: 'RETR', argument: file };
  const startMs = clock.monotonic();
  const { bytes, isWhole } = await receive(main.session, command, { maxBytes: MAX_BYTES, signal });
  const tookMs = clock.monotonic() - startMs;
  const found: Finding[] = [
    ok('download', `${sizeText(bytes.length)} came at ${sizeText(rateOf(bytes.length, tookMs))}/s`),
  ];
  if (!isWhole) {
    const reply = await main.session.command({ verb: 'NOOP' }, { signal });
    if (reply.code < 400) found.push(ok('download', 'A transfer can be stopped in the middle'));
  }
  const from = Math.max(0, bytes.length - TAIL_BYTES);
  if (from === 0 || !isWhole) return found;
  const tail = await receive(main.session, command, { maxBytes: MAX_BYTES, restartBytes: from, signal });
  const isSame = Buffer.compare(tail.bytes, bytes.subarray(from)) === 0;
  found.push(
    isSame
      ? ok('resume', 'A download was resumed in the middle, and the bytes are the same')
      : problem('resume', 'A download that was resumed brought other bytes', 'do not use --resume with this server'),
  );
  return found;
}

/** Nothing when no file was named. */
export async function examineDownload(patient: Patient): Promise<readonly Finding[]> {
  const { file } = patient.place;
  if (file === undefined) return [];
  try {
    return await examineFile(patient, file);
  } catch (error) {
    patient.signal.throwIfAborted();
    if (!patient.main.session.isOpen) throw error;
    return [
      warning('download', `The file cannot be fetched: ${whyOf(error)}`, 'check its name and the account’s rights'),
    ];
  }
}
