/** Which blocks of ssh_config are for this host: Host and Match. A program that Match names is never run. */
import { matchesHostList, matchesPattern, matchesPatternList } from '../../base/pattern-list.ts';

/** Whom blocks are judged for, as far as it is known when they come. */
export interface MatchSubject {
  /** The name to connect to: what HostName has made of it so far. */
  readonly host: string;
  readonly originalHost: string;
  readonly user: string;
  readonly localUser: string;
  readonly pass: 'first' | 'final';
}

export interface Matched {
  readonly active: boolean;
  /** A `final` was met: the files are to be read once more. */
  readonly wantsFinal?: true;
  /** Why the block is passed over, although it may be meant. */
  readonly warning?: string;
  /** The end of a sentence: what is wrong with the line. */
  readonly problem?: string;
}

/** `Host a *.b !c`: capitals count, as in OpenSSH. */
export function matchHostLine(words: readonly string[], host: string): Matched {
  if (words.length === 0 || words.some((word) => word === '' || word === '!'))
    return { active: false, problem: 'Host has an empty pattern' };
  const isRefused = words.some((word) => word.startsWith('!') && matchesPattern(host, word.slice(1)));
  return { active: !isRefused && words.some((word) => !word.startsWith('!') && matchesPattern(host, word)) };
}

const CRITERIA: ReadonlyMap<string, (subject: MatchSubject, list: string) => boolean> = new Map([
  ['host', ({ host }: MatchSubject, list: string): boolean => matchesHostList(host, list)],
  ['originalhost', ({ originalHost }: MatchSubject, list: string): boolean => matchesHostList(originalHost, list)],
  ['user', ({ user }: MatchSubject, list: string): boolean => matchesPatternList(user, list)],
  ['localuser', ({ localUser }: MatchSubject, list: string): boolean => matchesPatternList(localUser, list)],
]);

/** Criteria that are known and not judged here: their blocks are passed over with a warning. */
const UNJUDGED: ReadonlySet<string> = new Set(['exec', 'localnetwork', 'tagged', 'version', 'sessiontype', 'command']);

/** `Match host a,b user c`: all criteria must hold. */
export function matchMatchLine(words: readonly string[], subject: MatchSubject): Matched {
  const given = words.flatMap((word) => /^(!?[a-z]+)=(.*)$/is.exec(word)?.slice(1) ?? word)[Symbol.iterator]();
  let matched: Matched = { active: true };
  let count = 0;
  for (const word of given) {
    const criterion = word.toLowerCase();
    count += 1;
    matched =
      criterion === 'all' || criterion === '!all'
        ? onlyLast(given, { ...matched, active: matched.active && criterion === 'all' })
        : judged(criterion, given, { subject, so: matched });
    if (matched.problem !== undefined) return matched;
  }
  return count === 0 ? { active: false, problem: 'Match has no criterion' } : matched;
}

const onlyLast = (given: Iterator<string>, matched: Matched): Matched =>
  given.next().done === true ? matched : { active: false, problem: 'Match has something behind all' };

interface Judging {
  readonly subject: MatchSubject;
  /** What the criteria before have come to. */
  readonly so: Matched;
}

function judged(word: string, given: Iterator<string>, { subject, so }: Judging): Matched {
  const isNegated = word.startsWith('!');
  const name = isNegated ? word.slice(1) : word;
  if (name === 'final' || name === 'canonical') {
    const holds = (subject.pass === 'final') !== isNegated;
    return { ...so, active: so.active && holds, ...(name === 'final' ? { wantsFinal: true as const } : {}) };
  }
  const next = given.next();
  const value = next.done === true ? '' : next.value;
  if (value === '' || value.startsWith('#')) return { active: false, problem: `Match ${name} has no value` };
  if (UNJUDGED.has(name)) return passedOver(name, so);
  const criterion = CRITERIA.get(name);
  if (criterion === undefined) return { active: false, problem: `Match knows no criterion ${name}` };
  return { ...so, active: so.active && criterion(subject, value) !== isNegated };
}

/** Worth a word only where all else holds. */
const passedOver = (name: string, so: Matched): Matched =>
  so.active ? { ...so, active: false, warning: `Match ${name} is not judged here, so its block is passed over` } : so;
