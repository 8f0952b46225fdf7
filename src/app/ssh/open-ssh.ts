/** Opens SSH listeners, and says what clients may run there: SFTP, SCP, and the sums that some clients ask for. */
import { resolvePath, ROOT } from '../../base/virtual-path.ts';
import { present } from '../../config/present.ts';
import type { ListenerSettings } from '../../config/settings.ts';
import { isHashCommand, isScpCommand, serveHashCommand, serveScp } from '../../protocols/scp/index.ts';
import { serveSftp } from '../../protocols/sftp/index.ts';
import {
  type Program,
  type ProgramRequest,
  type SshLogin,
  type SshServer,
  startSshServer,
} from '../../protocols/ssh/index.ts';
import type { House } from '../house.ts';

const NO_SHELL = 'Portcall serves files over SFTP and SCP here; it has no shell and runs no commands.';

/** The programs of OpenSSH that speak SFTP, by the names under which clients ask for them. */
const SFTP_PROGRAM = /^(\S*\/)?(internal-)?sftp-server$|^internal-sftp$/;

/** What a session of SFTP or SCP is told of who it serves. */
function sessionOf<P extends 'sftp' | 'scp'>(protocol: P, login: SshLogin, house: House) {
  const { account, access, session, peer, address, activity, signal, startDirectory } = login;
  return {
    account,
    activity,
    signal,
    origin: { protocol, session, peer },
    observe: house.logs.observe,
    clock: house.surroundings.clock,
    uploadOwner: `${account.name}\0${address}`,
    access: access === 'read-only' ? ('read-only' as const) : ('read-write' as const),
    startDirectory: resolvePath(ROOT, startDirectory ?? ROOT) ?? ROOT,
    beginTransfer: () => house.admission.beginTransfer(account),
  };
}

const closedTo = (protocol: string): { readonly refusal: string } => ({
  refusal: `This account may not use ${protocol} here.`,
});

/** Which of the two a request is for. */
function protocolOf(request: ProgramRequest, { settings }: House): 'sftp' | 'scp' | undefined {
  if (request.kind === 'subsystem') return request.name === 'sftp' ? 'sftp' : undefined;
  if (request.kind === 'shell') return undefined;
  if (SFTP_PROGRAM.test(request.command.trim())) return 'sftp';
  if (settings.ssh.scp === 'off') return undefined;
  return isScpCommand(request.command) || isHashCommand(request.command) ? 'scp' : undefined;
}

function programFor(request: ProgramRequest, login: SshLogin, house: House): Program | { readonly refusal: string } {
  const protocol = protocolOf(request, house);
  if (protocol === undefined) return { refusal: NO_SHELL };
  const { account, only } = login;
  if ((only !== undefined && only !== protocol) || account.protocols?.includes(protocol) === false)
    return closedTo(protocol);
  if (protocol === 'sftp') return (channel) => serveSftp(channel, sessionOf('sftp', login, house));
  const command = request.kind === 'exec' ? request.command : '';
  const serve = isScpCommand(command) ? serveScp : serveHashCommand;
  return (channel) => serve(channel, command, sessionOf('scp', login, house));
}

export function openSsh(listener: ListenerSettings, house: House, nextSession: () => string): Promise<SshServer> {
  const { settings, surroundings, logs, authenticator, admission, bans, hostKeys } = house;
  const { host, port, trustedProxies } = listener;
  const { keyboardInteractive, legacy } = settings.ssh;
  return startSshServer({
    host,
    port,
    trustedProxies,
    authenticator,
    admission,
    nextSession,
    legacy,
    bans: bans.list,
    hostKeys: hostKeys?.keys ?? [],
    observe: logs.observe,
    clock: surroundings.clock,
    keyboardInteractive: keyboardInteractive ? 'offered' : 'off',
    limits: { ...present('loginMs', settings.limits.loginMs), ...settings.ssh.limits },
    programs: (request, login) => programFor(request, login, house),
  });
}
