/** Which of a host's addresses answer, and how quickly. */
import { lookup } from 'node:dns/promises';
import { connect } from 'node:net';
import { once } from 'node:events';
import { authority } from '../../base/authority.ts';
import type { Clock } from '../../base/clock.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';

/** More addresses of one host are not tried. */
const MAX_ADDRESSES = 8;

export interface Knock {
  readonly address: string;
  readonly family: number;
  /** Until the connection stood; `undefined` when none came about. */
  readonly tookMs: number | undefined;
  readonly why?: string;
}

export interface Knocking {
  readonly port: number;
  readonly timeoutMs: number;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : String(error);

/** The reasons that people meet, in words. */
const REASONS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens on that port'],
  ['EHOSTUNREACH', 'no way leads there'],
  ['ENETUNREACH', 'no way leads there'],
  ['ECONNRESET', 'the connection was cut'],
  ['ABORT_ERR', 'no answer'],
]);

/** Opens a TCP connection and closes it at once. Never rejects. */
export async function knock(address: string, knocking: Knocking): Promise<Omit<Knock, 'family'>> {
  const { port, timeoutMs, clock } = knocking;
  const startMs = clock.monotonic();
  const tooLate = new AbortController();
  const cancel = clock.after(timeoutMs, () => tooLate.abort());
  const signal = AbortSignal.any([tooLate.signal, ...(knocking.signal === undefined ? [] : [knocking.signal])]);
  const socket = connect({ host: address, port });
  socket.on('error', () => undefined);
  try {
    await once(socket, 'connect', { signal });
    return { address, tookMs: clock.monotonic() - startMs };
  } catch (error) {
    const code = codeOf(error);
    return { address, tookMs: undefined, why: REASONS.get(code) ?? code };
  } finally {
    cancel();
    socket.destroy();
  }
}

const answers = ({ tookMs }: Knock): boolean => tookMs !== undefined;

function findingOf(knocked: Knock, port: number, isAlone: boolean): Finding {
  const where = authority(knocked.address, port);
  if (knocked.tookMs !== undefined)
    return ok('address', `${where} (IPv${knocked.family}) answers in ${knocked.tookMs.toFixed(1)} ms`);
  const sentence = `${where} (IPv${knocked.family}) does not answer: ${knocked.why ?? 'no reason is known'}`;
  if (isAlone)
    return problem('address', sentence, 'see that the server runs, and that no firewall stands before this port');
  const advice = `take this address out of the name’s records, or serve it: clients that try it first lose time`;
  // A machine without IPv6 reaches no IPv6 address; that is no fault of the server.
  if (knocked.family === 6) return note('address', sentence, advice);
  return warning('address', sentence, advice);
}

/** Knocks at all addresses of a host, one after another. */
export async function examineAddresses(
  host: string,
  knocking: Knocking,
): Promise<{ readonly findings: readonly Finding[]; readonly isReached: boolean }> {
  const found = await lookup(host, { all: true }).catch(codeOf);
  if (typeof found === 'string') {
    const sentence = `the name ${host} leads to no address (${found})`;
    return { findings: [problem('address', sentence, 'check how the name is spelled')], isReached: false };
  }
  const knocks: Knock[] = [];
  for (const { address, family } of found.slice(0, MAX_ADDRESSES))
    knocks.push({ family, ...(await knock(address, knocking)) });
  const isReached = knocks.some(answers);
  return { findings: knocks.map((each) => findingOf(each, knocking.port, !isReached)), isReached };
}
