/** Active mode, and encrypted data connections under each version of TLS: tried on sessions of their own. */
import type { FtpClientOptions } from '../../protocols/ftp/client/options.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';
import { type Consultation, type Patient, toldOf, whyOf } from './patient.ts';
import { listCommand, receive } from './receive.ts';

/** Of these listings only that they come matters. */
const MAX_LISTING_BYTES = 64 * 1024;

async function listOnce({ session }: Consultation, patient: Patient): Promise<void> {
  await receive(session, listCommand(session), { maxBytes: MAX_LISTING_BYTES, signal: patient.signal });
}

/** Opens a session with other options and does something; gives why it could not, or `undefined`. */
async function attempt(
  patient: Patient,
  changes: Partial<FtpClientOptions>,
  act: (consultation: Consultation) => Promise<void>,
): Promise<string | undefined> {
  try {
    await using consultation = await patient.open(changes);
    await act(consultation);
    return undefined;
  } catch (error) {
    patient.signal.throwIfAborted();
    return whyOf(error);
  }
}

const NAT_ADVICE =
  'passive mode does not need it; behind a NAT active mode wants --announce with the outside address and its ports forwarded';

/** RFC 959: the server connects to us. */
export async function examineActive(patient: Patient): Promise<readonly Finding[]> {
  const asked = patient.options.data?.mode === 'active' ? patient.options.data : { mode: 'active' as const };
  const why = await attempt(patient, { data: asked }, (consultation) => listOnce(consultation, patient));
  if (why === undefined) return [ok('active', 'Active mode works: the server’s connections reach this machine')];
  const sentence = `Active mode does not work: ${why}`;
  return [
    patient.options.data?.mode === 'active'
      ? problem('active', sentence, NAT_ADVICE)
      : note('active', sentence, NAT_ADVICE),
  ];
}

type Version = 'TLSv1.2' | 'TLSv1.3';

function resumptionFinding(topic: 'tls-1.2' | 'tls-1.3', consultation: Consultation): Finding {
  const opened = toldOf(consultation, 'data-opened');
  const resumed = opened.filter(({ secured }) => secured?.resumed === 'yes').length;
  const name = topic.replace('tls-', 'TLS ');
  if (opened.some(({ secured }) => secured === undefined))
    return problem(topic, `Under ${name} a data connection came without encryption`, 'have the server demand PROT P');
  if (resumed === opened.length)
    return ok(topic, `Under ${name} data connections resume the session of the control connection`);
  return warning(
    topic,
    `Under ${name} ${opened.length - resumed} of ${opened.length} data connections began a new session`,
    'nobody else’s connection is kept out then: have the server demand resumption, if it can',
  );
}

async function examineVersion(patient: Patient, version: Version): Promise<Finding> {
  const topic = version === 'TLSv1.2' ? 'tls-1.2' : 'tls-1.3';
  const name = topic.replace('tls-', 'TLS ');
  const found: Finding[] = [];
  const tls = { ...patient.options.tls, minVersion: version, maxVersion: version };
  const why = await attempt(patient, { tls }, async (consultation) => {
    // A ticket of TLS 1.3 is good for one connection: the second shows whether there are enough.
    await listOnce(consultation, patient);
    await listOnce(consultation, patient);
    found.push(resumptionFinding(topic, consultation));
  });
  if (why === undefined) return found[0] ?? note(topic, `${name} was not examined`);
  return note(topic, `${name} does not work: ${why}`, version === 'TLSv1.2' ? undefined : 'the server may be old');
}

/** Nothing for a patient in the clear. */
export async function examineResumption(patient: Patient): Promise<readonly Finding[]> {
  if ((patient.options.security ?? 'none') === 'none') return [];
  return [await examineVersion(patient, 'TLSv1.2'), await examineVersion(patient, 'TLSv1.3')];
}
