/** The login of a line: who comes in over the console or a vty, before the first prompt. */
import type { LineSession } from './command.ts';
import { lineValue, sectionsOf } from './lines.ts';
import { isRight, type KnownUser, userFor } from './login.ts';
import type { System } from './system.ts';
import type { Teletype } from './terminal/teletype.ts';

export interface LineLogin {
  readonly system: System;
  readonly teletype: Teletype;
  readonly line: LineSession['line'];
  readonly signal: AbortSignal;
}

/** `undefined`: turned away. */
export type Admitted = { readonly user: KnownUser | undefined } | undefined;

const TRIES = 3;

/** A banner as it is shown, with a line end behind it; nothing where there is none. */
export const bannerText = (system: System, kind: string): string => {
  const value = system.config.value(`banner ${kind}`);
  return value === undefined ? '' : `${value.replace(/^\^C|\^C$/g, '')}\n`;
};

async function secret({ teletype, signal }: LineLogin): Promise<string> {
  return (await teletype.readLine({ prompt: 'Password: ', kind: 'secret', signal })).line;
}

async function byUser(login: LineLogin): Promise<Admitted> {
  const { system, teletype, signal } = login;
  const refusal = system.config.has('aaa new-model') ? '% Authentication failed' : '% Login invalid';
  for (let tries = 0; tries < TRIES; tries += 1) {
    const { line: name } = await teletype.readLine({ prompt: 'Username: ', kind: 'answer', signal });
    const password = await secret(login);
    const user = await userFor(system, name.trim(), password);
    if (user !== undefined) return { user };
    await teletype.print(`${refusal}\n\n`);
  }
  return undefined;
}

async function byPassword(login: LineLogin, stored: string): Promise<Admitted> {
  for (let tries = 0; tries < TRIES; tries += 1)
    if (await isRight(`password ${stored}`, await secret(login))) return { user: undefined };
  await login.teletype.print('% Bad passwords\n');
  return undefined;
}

/** Asks for what the line's configuration wants. */
export async function lineLogin(login: LineLogin): Promise<Admitted> {
  const { system, teletype, line } = login;
  const how = loginOf(system, line);
  await teletype.print(bannerText(system, 'motd'));
  if (how === 'none') return { user: undefined };
  const password = lineValue(system, line, 'password');
  if (how === 'password' && password === undefined) {
    await teletype.print('\n\nPassword required, but none set\n');
    return undefined;
  }
  await teletype.print(`${bannerText(system, 'login')}\nUser Access Verification\n\n`);
  return how === 'user' || password === undefined ? await byUser(login) : await byPassword(login, password);
}

/** Whether a line asks for a user, for its password, or for nothing. Untold, a vty asks for its password and a console for nothing. */
function loginOf(system: System, line: LineSession['line']): 'user' | 'password' | 'none' {
  const isNamed = lineValue(system, line, 'login authentication') !== undefined;
  if (isNamed || system.config.has('aaa new-model')) return 'user';
  const said = sectionsOf(system.config, line)
    .findLast((section) => section.has('login'))
    ?.get('login')?.text;
  if (said === undefined) return line.kind === 'con' ? 'none' : 'password';
  if (said === 'no login') return 'none';
  return said === 'login local' ? 'user' : 'password';
}
