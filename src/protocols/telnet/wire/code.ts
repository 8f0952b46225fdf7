/** The numbers of Telnet: what follows IAC (RFC 854), and the options that Portcall knows. */

export const IAC = 255;
/** Begins and ends a subnegotiation (RFC 855). */
export const SB = 250;
export const SE = 240;

/** The four words of a negotiation (RFC 854). */
export const VERB_CODES = { will: 251, wont: 252, do: 253, dont: 254 } as const;
export type Verb = keyof typeof VERB_CODES;

/** What stands behind IAC and has no argument: RFC 854, EOR of RFC 885, and three of RFC 1184. */
const COMMAND_CODES = {
  'end-of-file': 236,
  suspend: 237,
  abort: 238,
  'end-of-record': 239,
  'no-operation': 241,
  'data-mark': 242,
  break: 243,
  'interrupt-process': 244,
  'abort-output': 245,
  'are-you-there': 246,
  'erase-character': 247,
  'erase-line': 248,
  'go-ahead': 249,
} as const;
export type Command = keyof typeof COMMAND_CODES;

/** RFC 856, 857, 858, 1091 and 1073. */
export const OPTION = { binary: 0, echo: 1, suppressGoAhead: 3, terminalType: 24, windowSize: 31 } as const;

const byCode = <Word extends string>(codes: Readonly<Record<Word, number>>): ReadonlyMap<number, Word> =>
  new Map(Object.entries<number>(codes).map(([word, code]) => [code, word as Word]));

export const COMMANDS: ReadonlyMap<number, Command> = byCode<Command>(COMMAND_CODES);
export const VERBS: ReadonlyMap<number, Verb> = byCode<Verb>(VERB_CODES);
