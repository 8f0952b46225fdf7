/** The table of all commands, and finding one. Dispatch, HELP, FEAT and the reference come from it. */
import type { CommandLine } from '../../wire/command-line.ts';
import type { Command } from '../command.ts';
import { ACCESS } from './access.ts';
import { CHANGES } from './changes.ts';
import { CONTROL } from './control.ts';
import { DATA_CONNECTION } from './data-connection.ts';
import { DIRECTORIES } from './directories.ts';
import { FACTS } from './facts.ts';
import { featuresOf, helpOn, INFORMATION } from './information.ts';
import { LISTING } from './listing.ts';
import { PARAMETERS } from './parameters.ts';
import { RETRIEVE } from './retrieve.ts';
import { SECURITY } from './security.ts';
import { SITE } from './site.ts';
import { STORE } from './store.ts';

export const COMMANDS: readonly Command[] = [
  ...ACCESS,
  ...SECURITY,
  ...DIRECTORIES,
  ...PARAMETERS,
  ...DATA_CONNECTION,
  ...RETRIEVE,
  ...STORE,
  ...CONTROL,
  ...CHANGES,
  ...LISTING,
  ...FACTS,
  ...INFORMATION,
  ...SITE,
  ...helpOn(() => COMMANDS),
  featuresOf(() => COMMANDS),
];

const BY_VERB: ReadonlyMap<string, Command> = new Map(COMMANDS.flatMap((row) => row.verbs.map((verb) => [verb, row])));
/** `SITE` and `OPTS`: the next word says which row is meant. */
const PREFIXES: ReadonlySet<string> = new Set(
  [...BY_VERB.keys()].filter((verb) => verb.includes(' ')).map((verb) => verb.slice(0, verb.indexOf(' '))),
);

/** Verbs of the IANA registry (RFC 5797) that have no row: 502, never a pretence. */
const STANDARD: ReadonlySet<string> = new Set(
  'SMNT ADAT MIC CONF ENC HOST ALGS FEED HASH RANG MODB LPRT LPSV AVBL COMB CSID DSIZ RMDA THMB XCRC XMD5 XSHA1 XSHA256 XSHA512 MLSC MLSR'.split(
    ' ',
  ),
);

export type Found =
  | { readonly kind: 'known'; readonly command: Command; readonly argument: string }
  /** Known to a standard, not to this server. */
  | { readonly kind: 'standard' }
  /** SITE or OPTS with a word that has no row. */
  | { readonly kind: 'parameter' }
  | { readonly kind: 'unknown' };

export function findCommand({ verb, argument }: CommandLine): Found {
  if (PREFIXES.has(verb)) return findSecond(verb, argument);
  const command = BY_VERB.get(verb);
  if (command !== undefined) return { kind: 'known', command, argument };
  return { kind: STANDARD.has(verb) ? 'standard' : 'unknown' };
}

function findSecond(verb: string, argument: string): Found {
  const [, word = '', rest = ''] = /^ *(\S+)(?: ([\s\S]*))?$/.exec(argument) ?? [];
  const command = BY_VERB.get(`${verb} ${word.toUpperCase()}`);
  return command === undefined ? { kind: 'parameter' } : { kind: 'known', command, argument: rest };
}
