/** The login of a line: who comes in over the console or a vty, before the first prompt. */
import type { LineSession } from './command.ts';
import { lineValue } from './lines.ts';
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

const bannerText = (system: System, kind: string): string => {
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
  const how = lineValue(system, line, 'login');
  const authentication = lineValue(system, line, 'login authentication');
  await teletype.print(bannerText(system, 'motd'));
  const wantsUser = how === 'local' || system.config.has('aaa new-model') || authentication !== undefined;
  if (!wantsUser && (how === undefined || how !== '')) return await unasked(login);
  await teletype.print(`${bannerText(system, 'login')}\nUser Access Verification\n\n`);
  if (wantsUser) return await byUser(login);
  const password = lineValue(system, line, 'password');
  if (password !== undefined) return await byPassword(login, password);
  await teletype.print('Password required, but none set\n');
  return undefined;
}

/** Nothing is asked on the console; a vty that was never configured lets nobody in. */
async function unasked({ line, teletype, system }: LineLogin): Promise<Admitted> {
  const isOpen = line.kind === 'con' || lineValue(system, line, 'no login') !== undefined;
  if (isOpen || lineValue(system, line, 'login') === undefined) return { user: undefined };
  await teletype.print('\n\nPassword required, but none set\n');
  return undefined;
}
