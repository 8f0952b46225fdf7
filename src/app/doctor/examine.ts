/** Examines an FTP server as a client meets it, step by step, and gives every finding. */
import { systemClock } from '../../base/clock.ts';
import { baseName, parentOf, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError, type FileErrorKind } from '../../files/error.ts';
import { DEFAULT_TIMEOUTS, type FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import { examineAddresses } from './addresses.ts';
import { lookAtCertificate, type Seen } from './certificate.ts';
import { examineDownload } from './download.ts';
import { encryptionFindings } from './encryption.ts';
import { featureFindings } from './features.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { examineLatency, examineListing, type Parsers } from './listing.ts';
import { examineActive, examineResumption } from './modes.ts';
import { examineEpsv, examinePasv } from './passive.ts';
import { type Consultation, consult, type OpenSession, type Patient, type Place, whyOf } from './patient.ts';
import { examineWriting } from './write-test.ts';

export interface ExamineOptions {
  readonly connection: FtpClientOptions;
  /** What the address names; absent: the directory of the login. */
  readonly path?: VirtualPath | undefined;
  readonly openSession: OpenSession;
  readonly parsers: Parsers;
  /** Makes the name of the file of the write test its own. */
  readonly random: string;
  /** `yes` makes a file in the directory and removes it. */
  readonly writeTest: 'yes' | 'no';
  /** Told of each finding as it is made. */
  readonly onFinding?: (finding: Finding) => void;
  readonly signal?: AbortSignal | undefined;
}

/** `healthy`: no problems · `ill`: problems · the others: the examination ended there. */
export type Outcome = 'healthy' | 'ill' | 'unreachable' | 'login-refused' | 'not-trusted';

export interface Examination {
  readonly outcome: Outcome;
  readonly findings: readonly Finding[];
  /** The certificate that was seen, or why there was none; absent when nothing answered. */
  readonly seen?: Seen;
}

const portOf = ({ port, security }: FtpClientOptions): number => port ?? (security === 'implicit' ? 990 : 21);

/** Failures of the login, and what they end the examination with. */
const ENDINGS: ReadonlyMap<FileErrorKind, Outcome> = new Map<FileErrorKind, Outcome>([
  ['login-refused', 'login-refused'],
  ['denied', 'login-refused'],
  ['not-trusted', 'not-trusted'],
  ['unreachable', 'unreachable'],
  ['timed-out', 'unreachable'],
  ['connection-lost', 'unreachable'],
  ['too-many-connections', 'unreachable'],
]);

function refusal(error: unknown): { readonly finding: Finding; readonly outcome: Outcome } {
  const why = whyOf(error);
  const outcome = error instanceof FileError ? (ENDINGS.get(error.kind) ?? 'ill') : 'ill';
  const advice =
    outcome === 'login-refused'
      ? 'check name and password'
      : outcome === 'not-trusted'
        ? 'see the findings on the certificate'
        : 'try again later, or ask whoever runs the server';
  return { finding: problem('login', `Nobody gets in: ${why}`, advice), outcome };
}

/** Goes to what the address names: a directory, or the directory of a file. */
async function goTo({ session }: Consultation, path: VirtualPath | undefined): Promise<Place | undefined> {
  if (path === undefined) return {};
  const enter = async (directory: VirtualPath): Promise<boolean> =>
    (await session.command({ verb: 'CWD', argument: directory })).code < 300;
  if (await enter(path)) return { directory: path };
  const parent = parentOf(path);
  return (await enter(parent)) ? { directory: parent, file: baseName(path) } : undefined;
}

function greetingFindings({ session }: Consultation): readonly Finding[] {
  const { greeting, system } = session.server;
  return [
    note(
      'greeting',
      greeting === ''
        ? 'The server greets with nothing'
        : `The server greets: ${greeting
            .trim()
            .split(/\s*\n\s*/)
            .join(' / ')}`,
    ),
    ...(system === '' ? [] : [note('greeting', `It calls its system ${system}`)]),
  ];
}

/** What is examined once somebody is logged in, in this order. */
async function* examineInside(patient: Patient, options: ExamineOptions): AsyncGenerator<readonly Finding[]> {
  yield featureFindings(patient.main.session.server);
  yield await examineLatency(patient);
  yield await examineEpsv(patient);
  yield await examinePasv(patient);
  yield await examineListing(patient, options.parsers);
  yield await examineActive(patient);
  yield await examineResumption(patient);
  yield await examineDownload(patient);
  if (options.writeTest === 'yes') yield await examineWriting(patient, options.random);
}

type Tell = (...findings: readonly Finding[]) => void;

/** What is seen from the street: addresses and certificate. Nothing when nothing answers. */
async function examineOutside({ connection, signal }: ExamineOptions, tell: Tell): Promise<Seen | undefined> {
  const { host, security = 'none', tls = {}, clock = systemClock } = connection;
  const timeoutMs = connection.timeouts?.connectMs ?? DEFAULT_TIMEOUTS.connectMs;
  const port = portOf(connection);
  const { findings, isReached } = await examineAddresses(host, { port, timeoutMs, clock, signal });
  tell(...findings);
  if (!isReached) return undefined;
  const seen = await lookAtCertificate({ host, port, security, tls, timeoutMs, clock, signal });
  tell(...encryptionFindings(seen, { security, tls, nowMs: clock.now() }));
  return seen;
}

/** Logs in and goes through all rooms. The outcome when it ends early. */
async function examineWithin(options: ExamineOptions, tell: Tell): Promise<Outcome | undefined> {
  const { connection, openSession } = options;
  const signal = options.signal ?? new AbortController().signal;
  let opened = 0;
  const open = (changes: Partial<FtpClientOptions>): Promise<Consultation> => {
    opened += 1;
    return consult(openSession, { ...connection, ...changes, signal }, opened);
  };
  try {
    await using main = await open({});
    tell(ok('login', `${connection.user ?? 'anonymous'} is logged in`), ...greetingFindings(main));
    const place = await goTo(main, options.path);
    if (place === undefined)
      tell(
        problem(
          'path',
          `There is no ${options.path ?? ''}`,
          'check the path of the address; the rest is examined at the login’s directory',
        ),
      );
    const patient: Patient = {
      options: connection,
      clock: connection.clock ?? systemClock,
      place: place ?? {},
      main,
      open,
      signal,
    };
    for await (const findings of examineInside(patient, options)) tell(...findings);
    return undefined;
  } catch (error) {
    signal.throwIfAborted();
    const { finding, outcome } = refusal(error);
    tell(
      opened > 0 && outcome === 'unreachable'
        ? { ...finding, sentence: `The connection is gone: ${whyOf(error)}` }
        : finding,
    );
    return outcome;
  }
}

/** Rejects with the signal's reason, and with bugs; everything else is a finding. */
export async function examine(options: ExamineOptions): Promise<Examination> {
  const findings: Finding[] = [];
  const tell: Tell = (...more) => {
    for (const finding of more) {
      findings.push(finding);
      options.onFinding?.(finding);
    }
  };
  const seen = await examineOutside(options, tell);
  options.signal?.throwIfAborted();
  const ended = seen === undefined ? 'unreachable' : await examineWithin(options, tell);
  const isIll = findings.some(({ verdict }) => verdict === 'problem');
  return { outcome: ended ?? (isIll ? 'ill' : 'healthy'), findings, ...(seen === undefined ? {} : { seen }) };
}
