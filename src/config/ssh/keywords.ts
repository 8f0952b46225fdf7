/** The keywords of ssh_config that mean something here: a row says what a value may be and how it is kept. */
import { parseJumps } from './jump.ts';
import type { ConfigLine } from './config-line.ts';

export interface KeywordRow {
  /** `rest`: the line as it was written. `many`: all words. */
  readonly takes: 'one' | 'many' | 'rest';
  /** The value in one spelling, `undefined` when it is none. */
  readonly read: (word: string) => string | undefined;
  /** The end of a sentence for values that are none. */
  readonly must: string;
  /** Every line adds one; of all others the first counts. */
  readonly gathers?: true;
  /** A value that is as good as none: one that comes later counts. */
  readonly unset?: string;
}

const any = (word: string): string | undefined => (word === '' ? undefined : word);

const TEXT: KeywordRow = { takes: 'one', read: any, must: 'must not be empty' };
const FILES: KeywordRow = { takes: 'many', read: any, must: 'must name files' };
const GATHERED: KeywordRow = { ...TEXT, gathers: true };

const FLAGS: ReadonlyMap<string, string> = new Map([
  ['yes', 'yes'],
  ['true', 'yes'],
  ['no', 'no'],
  ['false', 'no'],
]);
const FLAG: KeywordRow = { takes: 'one', read: (word) => FLAGS.get(word.toLowerCase()), must: 'must be yes or no' };

const STRICTNESS: ReadonlyMap<string, string> = new Map([
  ...FLAGS,
  ['ask', 'ask'],
  ['off', 'no'],
  ['accept-new', 'accept-new'],
]);

const numeral = (word: string, least: number, most: number): string | undefined => {
  const value = /^\d{1,10}$/.test(word) ? Number(word) : Number.NaN;
  return value >= least && value <= most ? String(value) : undefined;
};

const MOST = 2_147_483_647;
const UNIT_SECONDS: Readonly<Record<string, number>> = { '': 1, s: 1, m: 60, h: 3600, d: 86_400, w: 604_800 };

/** Seconds: `90`, `1m30`, `2h` (sshd_config(5), TIME FORMATS); `none` stays. */
function duration(word: string): string | undefined {
  const lower = word.toLowerCase();
  if (lower === 'none') return lower;
  if (!/^(\d{1,10}[smhdw]?)+$/.test(lower)) return undefined;
  let seconds = 0;
  for (const [, digits, unit = ''] of lower.matchAll(/(\d+)([smhdw]?)/g))
    seconds += Number(digits) * (UNIT_SECONDS[unit] ?? 0);
  return seconds <= MOST ? String(seconds) : undefined;
}

const TIME: KeywordRow = {
  takes: 'one',
  read: duration,
  must: 'must be a time such as 90, 1m30s or none',
  unset: 'none',
};

export const KEYWORDS: ReadonlyMap<string, KeywordRow> = new Map<string, KeywordRow>([
  [
    'hostname',
    {
      takes: 'one',
      read: (word) => (/^(?:[^%]|%[%h])+$/s.test(word) ? word : undefined),
      must: 'must be a name, in which % stands before h or % only',
    },
  ],
  ['user', TEXT],
  [
    'port',
    {
      takes: 'one',
      read: (word) => (word === 'ssh' ? '22' : numeral(word, 1, 65_535)),
      must: 'must be a number from 1 to 65535',
    },
  ],
  ['identityfile', GATHERED],
  ['certificatefile', GATHERED],
  ['identitiesonly', FLAG],
  ['identityagent', TEXT],
  [
    'proxyjump',
    {
      takes: 'rest',
      read: (text) => (parseJumps(text) === undefined ? undefined : text),
      must: 'must be none, or hops such as user@host:port with commas between them',
    },
  ],
  ['proxycommand', { takes: 'rest', read: any, must: 'must be a command or none' }],
  ['userknownhostsfile', FILES],
  ['globalknownhostsfile', FILES],
  [
    'stricthostkeychecking',
    {
      takes: 'one',
      read: (word) => STRICTNESS.get(word.toLowerCase()),
      must: 'must be yes, no, ask or accept-new',
    },
  ],
  ['hostkeyalias', TEXT],
  ['hostkeyalgorithms', TEXT],
  ['kexalgorithms', TEXT],
  ['ciphers', TEXT],
  ['macs', TEXT],
  ['pubkeyacceptedalgorithms', TEXT],
  ['connecttimeout', TIME],
  ['serveraliveinterval', TIME],
  ['serveralivecountmax', { takes: 'one', read: (word) => numeral(word, 0, MOST), must: 'must be a number' }],
  ['compression', FLAG],
  ['preferredauthentications', TEXT],
  ['batchmode', FLAG],
  ['hashknownhosts', FLAG],
]);

/** Older names, and those that only older programs write. */
const ALIASES: ReadonlyMap<string, string> = new Map([
  ['identityfile2', 'identityfile'],
  ['pubkeyacceptedkeytypes', 'pubkeyacceptedalgorithms'],
]);

/** What OpenSSH knows and this program has no use for. */
const UNUSED: ReadonlySet<string> = new Set(
  `addkeystoagent addressfamily bindaddress bindinterface canonicaldomains canonicalizefallbacklocal canonicalizehostname
  canonicalizemaxdots canonicalizepermittedcnames casignaturealgorithms challengeresponseauthentication channeltimeout
  checkhostip clearallforwardings controlmaster controlpath controlpersist dynamicforward enableescapecommandline
  enablesshkeysign escapechar exitonforwardfailure fingerprinthash forkafterauthentication forwardagent forwardx11
  forwardx11timeout forwardx11trusted gatewayports globalknownhostsfile2 gssapiauthentication gssapidelegatecredentials
  hostbasedacceptedalgorithms hostbasedauthentication hostbasedkeytypes ipqos kbdinteractiveauthentication
  kbdinteractivedevices keepalive knownhostscommand localcommand localforward loglevel logverbose nohostauthenticationforlocalhost
  numberofpasswordprompts obscurekeystroketiming passwordauthentication permitlocalcommand permitremoteopen pkcs11provider
  protocol proxyusefdpass pubkeyauthentication rekeylimit remotecommand remoteforward requesttty requiredrsasize
  revokedhostkeys rsaauthentication securitykeyprovider sendenv sessiontype setenv stdinnull streamlocalbindmask
  streamlocalbindunlink syslogfacility tag tcpkeepalive tunnel tunneldevice updatehostkeys useprivilegedport
  userknownhostsfile2 useroaming verifyhostkeydns versionaddendum visualhostkey warnweakcrypto xauthlocation`.split(
    /\s+/,
  ),
);

export const isUnused = (keyword: string): boolean => UNUSED.has(keyword);

export const settingName = (keyword: string): string => ALIASES.get(keyword) ?? keyword;

/** The values of a line; text is the end of a sentence that says what is wrong with them. */
export function readValues(row: KeywordRow, { keyword, words, rest }: ConfigLine): readonly string[] | string {
  const given = row.takes === 'rest' ? [rest] : words;
  if (given.length === 0) return `has nothing behind ${keyword}`;
  if (row.takes === 'one' && given.length > 1)
    return `has more than one value for ${keyword}: quote it if it holds blanks`;
  const values = given.flatMap((word) => row.read(word) ?? []);
  if (values.length < given.length) return `${keyword} ${row.must}`;
  if (row.takes === 'many' && values.length > 1 && values.some((value) => value.toLowerCase() === 'none'))
    return `${keyword} must have none alone, or no none`;
  return values;
}
