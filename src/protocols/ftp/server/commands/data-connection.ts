/** How the next data connection is made: PORT, PASV, EPRT, EPSV (RFC 959 §4.1.2, RFC 1123 §4.1.2.6, RFC 2428, RFC 2577). */
import { isIPv4 } from 'node:net';
import { canonicalAddress } from '../../../../base/cidr.ts';
import {
  type EpsvArgument,
  type HostPort,
  parseEprt,
  parseEpsv,
  parsePort,
  printExtendedPassive,
  printPassive,
} from '../../wire/host-port.ts';
import { type Reply, reply } from '../../wire/reply.ts';
import { nothing, parsed } from '../arguments.ts';
import { command } from '../command.ts';
import type { Session } from '../session.ts';

/** RFC 2577 §3: services live below, and nobody's data connection does. */
const LEAST_PORT = 1024;
const NO_PORT = 'No passive port is free; try again.';
const ONLY_EPSV = 'Only EPSV after EPSV ALL.';

/** Only the client itself, on a port of its own, may be connected to: anything else would be a bounce (RFC 2577 §3). */
function agree(session: Session, { host, port }: HostPort): Reply {
  if (session.onlyExtendedPassive) return reply(503, ONLY_EPSV);
  if (canonicalAddress(host) !== session.ends.peerAddress) return reply(501, 'Data goes to your own address only.');
  if (port < LEAST_PORT) return reply(501, `Data goes to ports from ${LEAST_PORT} only.`);
  if (isOurOwn(session, port)) return reply(501, "That port is the server's own.");
  session.data.willConnectTo(session.ends.reachAddress, port);
  return reply(200, 'Will connect there.');
}

/** A client on the server's own machine could have us talk to ourselves. */
const isOurOwn = ({ ends, context }: Session, port: number): boolean =>
  [ends.localAddress, canonicalAddress(ends.bindAddress)].includes(ends.peerAddress) &&
  (port === ends.localPort || context.passivePorts.holds(port));

const port = command({
  verbs: ['PORT'],
  summary: 'Be connected to, by IPv4 address and port',
  source: 'RFC 959 §4.1.2',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed('<h1,h2,h3,h4,p1,p2>', parsePort),
  async *run(session, place) {
    yield agree(session, place);
  },
});

const extendedPort = command({
  verbs: ['EPRT'],
  summary: 'Be connected to, by any address and port',
  source: 'RFC 2428 §2',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed('<|protocol|address|port|>', parseEprt),
  features: ['EPRT'],
  async *run(session, place) {
    yield place === 'protocol' ? reply(522) : agree(session, place);
  },
});

const passive = command({
  verbs: ['PASV'],
  summary: 'Connect to the server for data, by IPv4',
  source: 'RFC 959 §4.1.2',
  login: 'required',
  duringTransfer: 'waits',
  argument: nothing,
  features: ['PASV'],
  async *run(session) {
    yield session.onlyExtendedPassive ? reply(503, ONLY_EPSV) : await openPassive(session);
  },
});

async function openPassive(session: Session): Promise<Reply> {
  const { peerAddress, localAddress } = session.ends;
  let address = localAddress;
  try {
    address = await session.context.passiveAddresses.addressFor(peerAddress, localAddress);
  } catch (error) {
    session.fault('PASV: looking up the masquerade address', error);
    return reply(425, 'The address for passive connections is not known now; try EPSV.');
  }
  if (!isIPv4(address)) return reply(425, 'PASV needs IPv4; use EPSV.');
  const port = await session.data.expect(address);
  return port === undefined ? reply(425, NO_PORT) : reply(227, printPassive(address, port));
}

const extendedPassive = command({
  verbs: ['EPSV'],
  summary: 'Connect to the server for data, at its own address',
  source: 'RFC 2428 §3',
  login: 'required',
  duringTransfer: 'waits',
  argument: parsed<EpsvArgument>('[1|2|ALL]', parseEpsv),
  features: ['EPSV'],
  async *run(session, wanted) {
    const family = isIPv4(session.ends.localAddress) ? '1' : '2';
    if (wanted === 'ALL') {
      session.onlyExtendedPassive = true;
      yield reply(200, 'Only EPSV from now on.');
    } else if (wanted !== 'any' && wanted !== family) {
      yield reply(522, `Network protocol not supported, use (${family}).`);
    } else {
      const port = await session.data.expect(session.ends.localAddress);
      yield port === undefined ? reply(425, NO_PORT) : reply(229, printExtendedPassive(port));
    }
  },
});

export const DATA_CONNECTION = [port, passive, extendedPort, extendedPassive];
