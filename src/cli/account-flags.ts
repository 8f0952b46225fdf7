/** The flags of `portcall user add`, from text to an account's definition. */
import { resolve } from 'node:path';
import type { AccountDefinition, AccountLimits, MountDefinition } from '../accounts/definition.ts';
import { PERMISSIONS } from '../accounts/permission.ts';
import { parseNetwork } from '../base/cidr.ts';
import { PROTOCOLS, type Protocol } from '../base/protocol.ts';
import { ConfigurationError, type Problem } from '../config/problem.ts';
import type { OptionRow } from './command.ts';

export interface AccountFlags {
  readonly root?: string;
  readonly readOnly?: true;
  readonly network?: readonly string[];
  readonly protocol?: readonly string[];
  readonly expires?: string;
  readonly certificateName?: readonly string[];
  readonly publicKey?: readonly string[];
  readonly sessions?: string;
  readonly transfers?: string;
  readonly uploadBytesPerSecond?: string;
  readonly downloadBytesPerSecond?: string;
  readonly quotaBytes?: string;
  readonly quotaFiles?: string;
}

export const ACCOUNT_OPTIONS: readonly OptionRow[] = [
  { flags: '--root <dir>', summary: 'the folder that the account sees (default: the one that the server serves)' },
  { flags: '--read-only', summary: 'it may list and read only' },
  { flags: '--network <cidr>', summary: 'let it in from this network only, such as 10.0.0.0/8', repeatable: true },
  { flags: '--protocol <protocol>', summary: `let it in through ${PROTOCOLS.join(', ')} only`, repeatable: true },
  {
    flags: '--expires <date>',
    summary: 'from this day or time (UTC) on nobody gets in: 2027-01-31, 2027-01-31T18:00Z',
  },
  {
    flags: '--certificate-name <name>',
    summary: 'a client certificate with this name is its password',
    repeatable: true,
  },
  { flags: '--public-key <line>', summary: 'an SSH key, as a line of authorized_keys', repeatable: true },
  { flags: '--sessions <n>', summary: 'sessions at once' },
  { flags: '--transfers <n>', summary: 'transfers at once' },
  { flags: '--upload-bytes-per-second <n>', summary: 'bandwidth towards the server' },
  { flags: '--download-bytes-per-second <n>', summary: 'bandwidth towards the client' },
  { flags: '--quota-bytes <n>', summary: 'what its tree may hold' },
  { flags: '--quota-files <n>', summary: 'how many files its tree may hold' },
];

const LIMIT_FLAGS = [
  ['sessions', '--sessions'],
  ['transfers', '--transfers'],
  ['uploadBytesPerSecond', '--upload-bytes-per-second'],
  ['downloadBytesPerSecond', '--download-bytes-per-second'],
  ['quotaBytes', '--quota-bytes'],
  ['quotaFiles', '--quota-files'],
] as const satisfies readonly (readonly [keyof AccountLimits, string])[];

const MAX_NAME_CHARACTERS = 255;
const DATE = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d)?Z)?$/;

/** Milliseconds since 1970; `undefined` for what is no day or time, such as 30 February. */
function readDate(text: string): number | undefined {
  if (!DATE.test(text)) return undefined;
  const timeMs = Date.parse(text);
  const isReal = !Number.isNaN(timeMs) && new Date(timeMs).toISOString().startsWith(text.slice(0, 10));
  return isReal ? timeMs : undefined;
}

const isProtocol = (text: string): text is Protocol => PROTOCOLS.some((protocol) => protocol === text);

/** Reads flag by flag, and remembers all that is wrong. */
class Reader {
  readonly problems: Problem[] = [];

  #wrong(where: string, what: string): void {
    this.problems.push({ where, what });
  }

  name(text: string): string {
    if (text === '' || text.length > MAX_NAME_CHARACTERS) this.#wrong('NAME', 'must have 1 to 255 characters');
    if (/[\x00-\x1f\x7f]/.test(text)) this.#wrong('NAME', 'must have no control characters');
    return text;
  }

  networks(texts: readonly string[]): readonly string[] {
    for (const text of texts.filter((candidate) => parseNetwork(candidate) === undefined)) {
      this.#wrong(`--network ${text}`, 'must be a network such as 10.0.0.0/8');
    }
    return texts;
  }

  protocols(texts: readonly string[]): readonly Protocol[] {
    for (const text of texts.filter((candidate) => !isProtocol(candidate))) {
      this.#wrong(`--protocol ${text}`, `must be one of ${PROTOCOLS.join(', ')}`);
    }
    return texts.filter(isProtocol);
  }

  expiry(text: string): number | undefined {
    const timeMs = readDate(text);
    if (timeMs === undefined)
      this.#wrong(`--expires ${text}`, 'must be a date such as 2027-01-31 or 2027-01-31T18:00Z');
    return timeMs;
  }

  limits(flags: AccountFlags): AccountLimits {
    const rows = LIMIT_FLAGS.flatMap(([key, flag]): [string, number][] => {
      const text = flags[key];
      if (text === undefined) return [];
      if (/^[1-9]\d{0,14}$/.test(text)) return [[key, Number(text)]];
      this.#wrong(`${flag} ${text}`, 'must be a whole number from 1');
      return [];
    });
    return Object.fromEntries(rows);
  }
}

const mountsOf = ({ root, readOnly }: AccountFlags, cwd: string): MountDefinition[] =>
  root === undefined
    ? []
    : [{ at: '/', directory: resolve(cwd, root), access: readOnly === true ? 'read-only' : 'read-write' }];

/** The account, still without a password. Throws a {@link ConfigurationError} with all that is wrong. */
export function readAccountFlags(name: string, flags: AccountFlags, cwd: string): AccountDefinition {
  const reader = new Reader();
  const expiresMs = flags.expires === undefined ? undefined : reader.expiry(flags.expires);
  const definition: AccountDefinition = {
    name: reader.name(name),
    publicKeys: flags.publicKey ?? [],
    certificateNames: flags.certificateName ?? [],
    mounts: mountsOf(flags, cwd),
    permissions: [{ path: '/', allow: flags.readOnly === true ? ['list', 'read'] : PERMISSIONS }],
    limits: reader.limits(flags),
    ...(flags.network && { networks: reader.networks(flags.network) }),
    ...(flags.protocol && { protocols: reader.protocols(flags.protocol) }),
    ...(expiresMs !== undefined && { expiresMs }),
  };
  if (reader.problems.length > 0) throw new ConfigurationError(reader.problems);
  return definition;
}
