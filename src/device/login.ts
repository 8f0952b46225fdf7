/** Who may come in: the users and secrets of the configuration. */
import type { RunningSystem } from './command.ts';
import { checkSecret } from './secret/secret.ts';
import { decode7 } from './secret/type-7.ts';

export interface KnownUser {
  readonly name: string;
  readonly privilege: number;
}

/** `secret 5 $1$…`, `password 7 …`, `password cisco`: whether `given` is what it says. */
export async function isRight(stored: string, given: string): Promise<boolean> {
  const [, kind, type, text = ''] = /^(secret|password)\s+(?:(\d)\s+)?(.*)$/.exec(stored) ?? [];
  if (kind === undefined) return false;
  if (type === '7') return decode7(text) === given;
  if (type === undefined || type === '0') return text === given;
  return checkSecret(text, given);
}

/** Under AAA a login alone gives no rights: `aaa authorization exec` does. */
const authorizesExec = ({ config }: RunningSystem): boolean =>
  !config.has('aaa new-model') || config.under('aaa authorization exec').length > 0;

/** The user of a login; `undefined` for a name or a password that is wrong. */
export async function userFor(system: RunningSystem, name: string, password: string): Promise<KnownUser | undefined> {
  const rest = system.config.value(`username ${name}`);
  if (rest === undefined || system.faults.has('aaa-refuses')) return undefined;
  const [, privilege = '1', stored = ''] = /^(?:privilege (\d+)\s*)?(.*)$/.exec(rest) ?? [];
  const isOpen = stored === '' || stored === 'nopassword';
  if (!isOpen && !(await isRight(stored, password))) return undefined;
  return { name, privilege: authorizesExec(system) ? Number(privilege) : 1 };
}

export type EnableSecret = { readonly stored: string; readonly kind: 'secret' | 'password' };

/** What `enable` asks for: the secret, or the password where there is no secret. */
export function enableSecret({ config }: RunningSystem): EnableSecret | undefined {
  for (const kind of ['secret', 'password'] as const) {
    const value = config.value(`enable ${kind}`);
    if (value !== undefined) return { stored: `${kind} ${value}`, kind };
  }
  return undefined;
}
