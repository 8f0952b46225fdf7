/** Passive mode from both sides of its reply: what the server names, and whether a connection gets there. */
import { hostOf } from '../../base/authority.ts';
import { canonicalAddress, isPrivateAddress } from '../../base/cidr.ts';
import { DEFAULT_TIMEOUTS } from '../../protocols/ftp/client/options.ts';
import type { FtpReply } from '../../protocols/ftp/client/session.ts';
import { parsePort } from '../../protocols/ftp/wire/host-port.ts';
import { knock } from './addresses.ts';
import { type Finding, note, ok, problem, warning } from './finding.ts';
import { type Patient, toldOf } from './patient.ts';

const textOf = ({ code, lines }: FtpReply): string => `${code} ${lines.at(-1) ?? ''}`.trim();

/** The server's address as the control connection sees it. */
const serverAddress = (patient: Patient): string =>
  canonicalAddress(hostOf(toldOf(patient.main, 'connected')[0]?.peer ?? patient.options.host));

async function reaches(patient: Patient, host: string, port: number): Promise<string | undefined> {
  const { connectMs } = { ...DEFAULT_TIMEOUTS, ...patient.options.timeouts };
  const { tookMs, why } = await knock(host, {
    port,
    timeoutMs: connectMs,
    clock: patient.clock,
    signal: patient.signal,
  });
  return tookMs === undefined ? (why ?? 'no answer') : undefined;
}

/** RFC 2428: only a port is named, so that no NAT can be in the way of an address. */
export async function examineEpsv(patient: Patient): Promise<readonly Finding[]> {
  const reply = await patient.main.session.command({ verb: 'EPSV' }, { signal: patient.signal });
  const port = Number(/\(([\x21-\x7e])\1\1(\d{1,5})\1\)/.exec(textOf(reply))?.[2]);
  if (reply.code !== 229 || !(port >= 1 && port <= 65_535))
    return [
      note('epsv', `EPSV is refused (${textOf(reply)})`, 'PASV is used instead; over IPv6 only active mode is left'),
    ];
  const why = await reaches(patient, serverAddress(patient), port);
  if (why === undefined) return [ok('epsv', `EPSV works: port ${port} was named, and is reached`)];
  const sentence = `EPSV names port ${port}, which is not reached: ${why}`;
  return [problem('epsv', sentence, 'open the server’s range of passive ports in the firewall before it')];
}

function addressFinding(named: string, reached: string): Finding {
  if (canonicalAddress(named) === reached) return ok('pasv', `PASV names the server’s own address, ${named}`);
  const sentence = `PASV names ${named}, but the server is ${reached}`;
  if (isPrivateAddress(named))
    return warning(
      'pasv',
      `${sentence}: the address inside of a NAT`,
      'tell the server its outside address (Portcall: --masquerade; vsftpd: pasv_address; ProFTPD: MasqueradeAddress)',
    );
  return warning(
    'pasv',
    sentence,
    'Portcall never connects to a third machine unless told to; have the server’s address corrected',
  );
}

/** RFC 959: an address is named, which is wrong behind many a NAT. */
export async function examinePasv(patient: Patient): Promise<readonly Finding[]> {
  const reached = serverAddress(patient);
  if (reached.includes(':')) return [note('pasv', 'PASV was not tried: it knows IPv4 only, and this is IPv6')];
  const reply = await patient.main.session.command({ verb: 'PASV' }, { signal: patient.signal });
  const named = parsePort(/\d{1,3}(?:,\d{1,3}){5}/.exec(textOf(reply))?.[0] ?? '');
  if (reply.code !== 227 || named === undefined) return [note('pasv', `PASV is refused (${textOf(reply)})`)];
  const why = await reaches(patient, reached, named.port);
  const port =
    why === undefined
      ? ok('pasv', `PASV works: port ${named.port} was named, and is reached`)
      : problem(
          'pasv',
          `PASV names port ${named.port}, which is not reached: ${why}`,
          'open the server’s range of passive ports in the firewall before it',
        );
  return [addressFinding(named.host, reached), port];
}
