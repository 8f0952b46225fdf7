/** SCP as a device serves it: `scp -t` and `scp -f` on its own files, for those whom its configuration lets. */
import { resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import type { Clock } from '../../base/clock.ts';
import { type Device, readText, type System, writeText } from '../../device/index.ts';
import { type FileSystem, memoryFileSystem } from '../../files/index.ts';
import type { Observer } from '../../observe/event.ts';
import { parseScpCommand, type ParsedCommand, serveScpCommand } from '../../protocols/scp/index.ts';
import type { ServedChannel, SshLogin } from '../../protocols/ssh/index.ts';
import { deviceTree, pathInTree } from './device-tree.ts';

export interface ScpVisit {
  readonly device: Device;
  readonly system: System;
  readonly login: SshLogin;
  readonly privilege: number;
  readonly command: string;
  readonly observe: Observer;
  readonly clock: Clock;
}

const RUNNING_HERE = '/running-config' as VirtualPath;
const FULL_PRIVILEGE = 15;

/** Why the device will not have it, in its words. */
function refusalOf({ system, privilege }: ScpVisit): string | undefined {
  const { config } = system;
  if (!config.has('ip scp server enable')) return 'Administratively disabled.';
  if (!config.has('aaa new-model')) return undefined;
  const mayRunExec = config
    .under('aaa authorization')
    .some(({ text }) => /^aaa authorization exec default /.test(text));
  return mayRunExec && privilege >= FULL_PRIVILEGE ? undefined : 'Privilege denied.';
}

/** The names of the device become those of the tree. */
function inTree(parsed: ParsedCommand, device: Device): ParsedCommand {
  if (parsed.outcome === 'refused') return parsed;
  const paths = parsed.command.paths.map(({ text }) => {
    const path = pathInTree(device, text);
    return path === undefined
      ? undefined
      : { text: path, pattern: path.replace(/[*?[\]{},\\~]/g, '\\$&'), typed: text };
  });
  if (!paths.every((path) => path !== undefined)) return { outcome: 'refused', why: 'No such device' };
  return { outcome: 'parsed', command: { ...parsed.command, paths } };
}

/** The running configuration as a file; what was written there is typed in. */
async function withRunningConfig(system: System, serve: (files: FileSystem) => Promise<void>): Promise<void> {
  const files = memoryFileSystem();
  const before = `${system.configurationText()}\n`;
  await writeText(files, RUNNING_HERE, before);
  await serve(files);
  const after = await readText(files, RUNNING_HERE);
  if (after === undefined || after === before) return;
  await system.merge(after);
  system.changed(undefined);
  await system.doorsChanged();
}

/** Serves an `scp` command to its end; never rejects. */
export async function serveDeviceScp(channel: ServedChannel, visit: ScpVisit): Promise<void> {
  const { device, system, login, command, observe, clock } = visit;
  const refusal = refusalOf(visit);
  if (refusal !== undefined) {
    await channel.write(Buffer.from(`\u0001${refusal}\n`)).catch(() => undefined);
    channel.exit(1);
    return;
  }
  const { session, peer, address, activity, signal, account } = login;
  await withRunningConfig(system, async (running) => {
    await serveScpCommand(channel, inTree(parseScpCommand(command), device), command, {
      account: { ...account, files: deviceTree(device, running) },
      activity,
      signal,
      observe,
      clock,
      origin: { protocol: 'scp', session, peer },
      uploadOwner: `${account.name}\0${address}`,
      access: 'read-write',
      startDirectory: resolvePath(ROOT, device.volumes.main.facts.name) ?? ROOT,
      beginTransfer: () => ({ outcome: 'admitted', leave: () => undefined }),
    });
  });
}
