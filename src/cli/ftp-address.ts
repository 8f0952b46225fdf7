/** What a command line says of a connection with a server: its address, and the options beside it. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { type Address, parseAddress } from '../app/doctor/address.ts';
import { systemClock } from '../base/clock.ts';
import { CommandError, type OptionRow } from './command.ts';
import { EXIT } from './exit-code.ts';
import { traceTo } from './trace/trace-to.ts';
import type { World } from './world.ts';

type Options = Readonly<Record<string, unknown>>;

export const CONNECTION_OPTIONS: readonly OptionRow[] = [
  { flags: '--ca <file>', summary: 'certificates of authorities to trust (PEM)' },
  { flags: '--pin <sha256>', summary: 'the fingerprint of the only certificate to trust' },
  { flags: '--password-file <file>', summary: 'the first line of the file is the password' },
  { flags: '--trace', summary: 'show the conversation on standard error' },
];

const textOption = (options: Options, name: string): string | undefined => {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
};

async function fileOption(options: Options, name: string, world: World): Promise<string | undefined> {
  const file = textOption(options, name);
  if (file === undefined) return undefined;
  try {
    return await readFile(resolve(world.cwd, file), 'utf8');
  } catch (cause) {
    throw new CommandError(EXIT.wrongUsage, `cannot read ${file}; check its name and rights`, { cause });
  }
}

/** The address with what the options add to it. Rejects with a `CommandError`. */
export async function addressOf(url: string, options: Options, world: World): Promise<Address> {
  const address = parseAddress(url);
  if (address === undefined)
    throw new CommandError(EXIT.wrongUsage, 'name a server as ftp://user@host/, ftps://… or ftpes://…');
  const ca = await fileOption(options, 'ca', world);
  const password = (await fileOption(options, 'passwordFile', world))?.replace(/\r?\n[^]*$/, '');
  const pin = textOption(options, 'pin');
  const tls = { ...(ca === undefined ? {} : { ca }), ...(pin === undefined ? {} : { pin }) };
  const observe =
    options['trace'] === true ? traceTo((text) => world.stderr.write(text), { clock: systemClock }) : undefined;
  const connection = {
    ...address.connection,
    tls,
    ...(password === undefined ? {} : { password }),
    ...(observe === undefined ? {} : { observe }),
  };
  return { ...address, connection };
}
