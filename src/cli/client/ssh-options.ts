/** The flags that say whom to trust over SSH, and with what to log in. */
import { resolve } from 'node:path';
import type { ConnectOptions } from '../../app/connect.ts';
import { printable } from '../../base/escape.ts';
import { present } from '../../config/present.ts';
import type { OptionRow } from '../command.ts';
import { readAnswer, readShown } from '../prompt.ts';
import type { World } from '../world.ts';
import { isOn, type Options, textOf, wrong } from './flag-values.ts';

type Ssh = NonNullable<ConnectOptions['ssh']>;

export const SSH_OPTIONS: readonly OptionRow[] = [
  { flags: '--host-key <sha256>', summary: 'SSH: trust the host key with this fingerprint, and no other' },
  { flags: '--accept-new', summary: 'SSH: remember hosts that are not known, and go on' },
  { flags: '--known-hosts <file>', summary: 'SSH: the hosts that are known (~/.ssh/known_hosts)' },
  { flags: '--identity <file>', summary: 'SSH: a private key to log in with', repeatable: true },
  { flags: '--agent <on|off>', summary: 'SSH: whether keys of an agent are tried (on)' },
  { flags: '--ssh-config <file>', summary: 'SSH: instead of ~/.ssh/config; none reads none' },
  { flags: '--legacy-ssh', summary: 'SSH: old algorithms too, for devices that have nothing else' },
];

/** Throws a `CommandError` for flags that make no sense. */
export function sshOf(options: Options, world: World): Ssh {
  const [hostKey, knownHosts] = [textOf(options, 'hostKey'), textOf(options, 'knownHosts')];
  const config = textOf(options, 'sshConfig');
  const named = options['identity'];
  const identities = Array.isArray(named) ? named.map((file) => resolve(world.cwd, String(file))) : [];
  return {
    identities,
    legacy: isOn(options, 'legacySsh') ? 'allowed' : 'refused',
    ...present('hostKey', hostKey),
    ...present('knownHosts', knownHosts && resolve(world.cwd, knownHosts)),
    ...present('config', config === undefined || config === 'none' ? config : resolve(world.cwd, config)),
    ...present('agent', agentOf(options)),
    ...present('unknownHost', unknownHostOf(options)),
    ...(world.stdin.isTTY === true && { askText: asking(world) }),
    warn: (sentence) => void world.stderr.write(`portcall: ${printable(sentence)}\n`),
  };
}

function agentOf(options: Options): Ssh['agent'] {
  const agent = textOf(options, 'agent');
  if (agent === undefined || agent === 'on' || agent === 'off') return agent;
  throw wrong('--agent', 'must be on or off');
}

function unknownHostOf(options: Options): Ssh['unknownHost'] {
  if (isOn(options, 'insecure')) return 'trust';
  return isOn(options, 'acceptNew') ? 'accept-new' : undefined;
}

/** A passphrase is typed unseen, and a yes is seen. */
const asking =
  ({ stdin, stderr }: World): NonNullable<Ssh['askText']> =>
  (question) =>
    question.startsWith('Passphrase') ? readAnswer(question, stdin, stderr) : readShown(question, stdin, stderr);
