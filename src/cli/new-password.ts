/** Where commands take a password from that is to be stored: the environment, what is piped in, or a prompt. Never the command line, which others can see. */
import { foreignHash, hashPassword } from '../app/user.ts';
import { passwordFromEnvironment } from '../config/environment.ts';
import { CommandError } from './command.ts';
import { EXIT } from './exit-code.ts';
import { readPassword } from './prompt.ts';
import type { World } from './world.ts';

/** Whether what is read is a password, or the hash that another program made of it. */
export type Given = 'password' | 'hash';

/** The hash to store. Throws a {@link CommandError}. */
export async function readNewHash(world: World, given: Given): Promise<string> {
  const text = passwordFromEnvironment() ?? (await readPassword(world.stdin, world.stderr));
  try {
    return given === 'hash' ? foreignHash(text) : await hashPassword(text);
  } catch (cause) {
    if (!(cause instanceof RangeError)) throw cause;
    throw new CommandError(EXIT.wrongUsage, `${cause.message}; give another one`, { cause });
  }
}

/** For those who bring accounts from elsewhere. */
export const HASHED_OPTION = {
  flags: '--hashed',
  summary: 'what is read is a hash made by another program (bcrypt, scrypt, sha512-crypt, argon2id)',
} as const;
