/** Encryption: AUTH, PBSZ, PROT (RFC 4217, RFC 2228 §3). */
import { reply } from '../../wire/reply.ts';
import { command } from '../command.ts';
import { nothing, parsed } from '../arguments.ts';
import type { Session } from '../session.ts';

/** `SSL` and `TLS-P` are older names that promise encrypted data too. */
const MECHANISMS: ReadonlyMap<string, 'control' | 'control-and-data'> = new Map([
  ['TLS', 'control'],
  ['TLS-C', 'control'],
  ['SSL', 'control-and-data'],
  ['TLS-P', 'control-and-data'],
]);

const whereOffered =
  (...lines: readonly string[]) =>
  ({ security }: Session): readonly string[] =>
    security.options === undefined ? [] : lines;

const authenticate = command({
  verbs: ['AUTH'],
  summary: 'Encrypt the control connection with TLS',
  source: 'RFC 4217 §4, RFC 2228 §3',
  login: 'not-needed',
  duringTransfer: 'waits',
  endsReading: true,
  argument: parsed('<TLS | SSL>', (text) => text.toUpperCase() || undefined),
  features: [whereOffered('AUTH TLS')],
  async *run(session, name) {
    const { security } = session;
    const mechanism = MECHANISMS.get(name);
    if (security.options === undefined) return yield reply(502, 'TLS is not set up here.');
    if (mechanism === undefined) return yield reply(504, 'AUTH knows TLS.');
    if (security.state !== 'clear') return yield reply(503, 'TLS has begun already.');
    // Who was logged in in the clear is so no longer (RFC 4217 §4).
    session.advanceLogin('reinitialise');
    session.forget();
    session.userName = '';
    session.securing = mechanism;
    yield reply(234);
  },
});

const bufferSize = command({
  verbs: ['PBSZ'],
  summary: 'Must come before PROT; TLS needs no size but 0',
  source: 'RFC 4217 §8, RFC 2228 §3',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: parsed('<bytes>', (text) => (/^\d{1,10}$/.test(text) ? text : undefined)),
  features: [whereOffered('PBSZ')],
  async *run({ security }) {
    yield security.advance('buffer-size') ? reply(200, 'PBSZ=0') : reply(503, 'AUTH TLS first.');
  },
});

const protectionLevel = command({
  verbs: ['PROT'],
  summary: 'Encrypt data connections (P) or not (C)',
  source: 'RFC 4217 §9, RFC 2228 §3',
  login: 'not-needed',
  duringTransfer: 'waits',
  argument: parsed('<P | C>', (text) => (/^[A-Z]$/i.test(text) ? text.toUpperCase() : undefined)),
  features: [whereOffered('PROT')],
  async *run({ security }, level) {
    if (level === 'S' || level === 'E') return yield reply(536, 'TLS has the levels P and C.');
    if (level !== 'P' && level !== 'C') return yield reply(504, 'There is no such protection level.');
    if (!security.isControlPrivate || security.state === 'secured') return yield reply(503, 'PBSZ 0 first.');
    if (level === 'C' && security.options?.demand === 'data')
      return yield reply(534, 'This server takes and gives no data in the clear.');
    security.advance(level === 'P' ? 'data-private' : 'data-clear');
    yield reply(200, level === 'P' ? 'Data is encrypted.' : 'Data is in the clear.');
  },
});

const clearChannel = command({
  verbs: ['CCC'],
  summary: 'Go on in the clear on the control connection, where that is allowed',
  source: 'RFC 4217 §12.3, RFC 2228 §3',
  login: 'required',
  duringTransfer: 'waits',
  endsReading: true,
  argument: nothing,
  features: [(session) => (session.security.options?.clearControl === 'allowed' ? ['CCC'] : [])],
  async *run(session) {
    const { security } = session;
    if (!security.isControlPrivate) return yield reply(503, 'The control connection is in the clear already.');
    if (!security.canReleaseControl) return yield reply(533, 'This server does not go back to clear text.');
    session.releasing = true;
    yield reply(200, 'The control connection is in the clear from now on.');
  },
});

export const SECURITY = [authenticate, bufferSize, protectionLevel, clearChannel];
