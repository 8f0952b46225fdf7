/** Takes what has changed in the configuration while a server runs; what is wrong changes nothing. */
import { permissionRules } from '../accounts/permission-rules.ts';
import { ConfigurationError, type Problem, problemText } from '../config/problem.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { ReloadResult } from './control/message.ts';
import type { House } from './house.ts';
import { checkRoots } from './roots.ts';

/** What a reload takes, and what follows from it. */
const TAKEN_ANEW: ReadonlySet<string> = new Set(['accounts', 'networks', 'anonymous', 'folders', 'warnings']);

/** What a reload cannot change while sockets are open. */
const lasting = (settings: ServeSettings): string =>
  JSON.stringify(Object.entries(settings).filter(([key]) => !TAKEN_ANEW.has(key)));

const isMadeUp = ({ accounts }: ServeSettings): boolean => accounts.some(({ secret }) => secret.kind === 'made-up');

/** A file that was cut off, by a full disk or an editor, must not take everybody's account away. */
const lostAccounts = (before: ServeSettings, next: ServeSettings): Problem[] =>
  isMadeUp(next) && !isMadeUp(before)
    ? [
        {
          where: next.configFile ?? 'the configuration',
          what: 'names no account any more; start anew if that is meant',
        },
      ]
    : [];

/** New settings are proved whole before anything of them is taken. */
async function takeAnew(house: House): Promise<ReloadResult> {
  const { settings, surroundings, sources, guests, servers, tls, logs, tftpNames } = house;
  await logs.reopen();
  tftpNames.reload();
  const certificates = tls.reload();
  const next = surroundings.resettle?.();
  if (next === undefined) return certificates;
  const problems = [...checkRoots(next), ...ruleProblems(next), ...lostAccounts(settings, next)];
  if (problems.length > 0) throw new ConfigurationError(problems);
  const changed = [...(await sources.replace(next)), ...guests.replace(next)];
  for (const name of changed)
    for (const server of servers) server.endSessions(name, 'the account was changed; log in again');
  const rest = lasting(next) === lasting(settings) ? '' : '; what else has changed needs a restart';
  const told = `${next.accounts.length} accounts are in force, ${changed.length} of them changed${rest}`;
  return { ok: certificates.ok, text: certificates.ok ? told : `${told}; ${certificates.text}` };
}

/** Never rejects: what is wrong with the new is said, and the old stays in force. */
export async function reload(house: House): Promise<ReloadResult> {
  const { observe } = house.logs;
  try {
    const result = await takeAnew(house);
    observe({ kind: 'note', text: `reloaded: ${result.text}` });
    return result;
  } catch (error) {
    const why = error instanceof ConfigurationError ? error.problems.map(problemText).join('; ') : String(error);
    const text = `the old accounts stay in force: ${why}`;
    observe({ kind: 'fault', where: 'reload', cause: text });
    return { ok: false, text };
  }
}

/** Rules that no account could be built of. */
export function ruleProblems({ accounts }: ServeSettings): Problem[] {
  return accounts.flatMap(({ definition: { name, permissions } }) => {
    try {
      permissionRules(permissions);
      return [];
    } catch (error) {
      return [{ where: `account ${name}`, what: error instanceof Error ? error.message : String(error) }];
    }
  });
}
