/** How the device reaches a server: as whom, from which interface, and with which options of the protocol. */
import type { Call } from '../command.ts';
import { decode7 } from '../secret/type-7.ts';
import type { OpenedTarget, TransferTarget } from '../ports.ts';
import type { RemoteName } from './endpoint.ts';

interface Credentials {
  readonly user?: string;
  readonly password?: string;
}

const plain = (value: string): string => {
  const [, type, text = ''] = /^(?:([07]) )?(.*)$/.exec(value) ?? [];
  return type === '7' ? (decode7(text) ?? '') : text;
};

/** The URL first, then `ip ftp username` and `ip ftp password`, then anonymous. */
function ftpCredentials({ system }: Call, { user, password }: RemoteName): Credentials {
  const named = user ?? system.config.value('ip ftp username');
  if (named === undefined) {
    const domain = system.config.value('ip domain name') ?? 'local';
    return { user: 'anonymous', password: `anonymous@${system.hostname}.${domain}` };
  }
  const kept = system.config.value('ip ftp password');
  return { user: named, password: password ?? (kept === undefined ? '' : plain(kept)) };
}

async function sshCredentials({ session }: Call, { user, password }: RemoteName): Promise<Credentials> {
  return {
    ...(user !== undefined && { user }),
    password: password ?? (await session.ask('Password: ', 'secret')),
  };
}

function httpCredentials({ system }: Call, { user, password }: RemoteName): Credentials {
  const named = user ?? system.config.value('ip http client username');
  const kept = system.config.value('ip http client password');
  return {
    ...(named !== undefined && { user: named }),
    ...(password !== undefined ? { password } : kept !== undefined && { password: plain(kept) }),
  };
}

async function credentials(call: Call, name: RemoteName): Promise<Credentials> {
  if (name.scheme === 'ftp') return ftpCredentials(call, name);
  if (name.scheme === 'scp' || name.scheme === 'sftp') return await sshCredentials(call, name);
  return name.scheme === 'tftp' ? {} : httpCredentials(call, name);
}

const DEFAULT_TFTP_BLOCK = 512;
const STREAM_BLOCK = 4096;

const tftpBlock = ({ system }: Call): number => Number(system.config.value('ip tftp blocksize') ?? DEFAULT_TFTP_BLOCK);

export const packetBytesOf = (call: Call, { scheme }: RemoteName): number =>
  scheme === 'tftp' ? tftpBlock(call) : STREAM_BLOCK;

/** Asks for what is not known yet. */
export const withCredentials = async (call: Call, name: RemoteName): Promise<RemoteName> => ({
  ...name,
  ...(await credentials(call, name)),
});

/** The credentials are known. */
export async function openTarget(call: Call, name: RemoteName): Promise<OpenedTarget> {
  const { scheme, host, port, path, user, password } = name;
  const active = call.system.config.get('ip ftp passive')?.text.startsWith('no ') === true;
  const target: TransferTarget = {
    scheme,
    host: call.system.config.value(`ip host ${host}`) ?? host,
    path,
    ...(port !== undefined && { port }),
    ...(user !== undefined && { user }),
    ...(password !== undefined && { password }),
    ...(scheme === 'ftp' && { data: active ? 'active' : 'passive' }),
    ...(scheme === 'tftp' && { blockBytes: tftpBlock(call) }),
  };
  return await call.system.world.transfers.open(target, call.signal);
}

/** `(via GigabitEthernet0/0)`: the interface that is named for it, or the first that is up. */
export function viaText({ system }: Call): string {
  const named = system.config.value('ip tftp source-interface');
  const up = system.config
    .under('interface')
    .find(({ section }) => section?.has('ip address') === true && section.get('shutdown')?.text !== 'shutdown');
  return `(via ${named ?? up?.text.replace(/^interface /, '') ?? system.defaultInterface})`;
}
