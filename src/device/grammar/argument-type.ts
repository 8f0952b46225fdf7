/** What may stand where a command has an argument: addresses, numbers, names, and the rest of a line. */

/** How far a word fits. `fits` is the number of its characters that could still begin an argument of the type. */
export type Fit = { readonly outcome: 'whole' } | { readonly outcome: 'none'; readonly fits: number };

export interface ArgumentType {
  /** As `?` shows it: `A.B.C.D`, `WORD`, `<0-512>`. */
  readonly shown: string;
  readonly fit: (word: string) => Fit;
  /** `line` takes all that is left; `pair` takes the next word too when this one alone is not whole (`gi 0/1`). */
  readonly takes?: 'line' | 'pair';
  /** What the argument is called from then on: `gi0/1` becomes `GigabitEthernet0/1`. */
  readonly canonical?: (word: string) => string;
  /** What Tab and `?` may offer, where there are few. */
  readonly offers?: readonly string[];
  /** Anything would do, so it is looked at last. */
  readonly isLoose?: true;
}

const WHOLE: Fit = { outcome: 'whole' };
const none = (fits: number): Fit => ({ outcome: 'none', fits });

const loose = (shown: string, takes?: 'line'): ArgumentType => ({
  shown,
  fit: () => WHOLE,
  isLoose: true,
  ...(takes !== undefined && { takes }),
});

/** The characters of `word` up to the first that `may` does not allow at its place. */
function prefix(word: string, may: (character: string, index: number) => boolean): number {
  for (let index = 0; index < word.length; index += 1) if (!may(word.charAt(index), index)) return index;
  return word.length;
}

const isDigit = (character: string): boolean => character >= '0' && character <= '9';

/** A whole number within bounds, both included. */
export const numberBetween = (least: number, most: number): ArgumentType => ({
  shown: `<${least}-${most}>`,
  fit(word) {
    const digits = prefix(word, isDigit);
    if (digits < word.length || digits === 0) return none(digits);
    const value = Number(word);
    return value >= least && value <= most ? WHOLE : none(0);
  },
});

const OCTETS = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/;

const ADDRESS: ArgumentType = {
  shown: 'A.B.C.D',
  fit(word) {
    const octets = OCTETS.exec(word)?.slice(1);
    if (octets?.every((octet) => Number(octet) <= 255) === true) return WHOLE;
    return none(octets === undefined ? prefix(word, (character) => isDigit(character) || character === '.') : 0);
  },
};

const HEX: ArgumentType = {
  shown: '<0x0-0xFFFF>',
  fit(word) {
    if (/^0x[\da-f]{1,4}$/i.test(word)) return WHOLE;
    return none(
      prefix(word, (character, index) => (index < 2 ? '0x'.charAt(index) === character : /[\da-f]/i.test(character))),
    );
  },
};

const TIME: ArgumentType = {
  shown: 'hh:mm',
  fit: (word) =>
    /^([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/.test(word)
      ? WHOLE
      : none(prefix(word, (character) => isDigit(character) || character === ':')),
};

/** Minutes, or hours and minutes: `5`, `1:30`. */
const DELAY: ArgumentType = {
  shown: 'mmm or hhh:mm',
  fit: (word) =>
    /^\d{1,3}(:[0-5]\d)?$/.test(word)
      ? WHOLE
      : none(prefix(word, (character) => isDigit(character) || character === ':')),
};

/** The time of a clock, seconds too. */
const CLOCK: ArgumentType = {
  shown: 'hh:mm:ss',
  fit: (word) =>
    /^([01]?\d|2[0-3]):[0-5]\d:[0-5]\d$/.test(word)
      ? WHOLE
      : none(prefix(word, (character) => isDigit(character) || character === ':')),
};

/** By name, in order. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

const monthsLike = (word: string): readonly string[] =>
  MONTHS.filter((name) => word.length >= 3 && name.toLowerCase().startsWith(word.toLowerCase()));

const MONTH: ArgumentType = {
  shown: 'MONTH',
  fit: (word) =>
    monthsLike(word).length === 1
      ? WHOLE
      : none(Math.max(...MONTHS.map((name) => sharedLength(word.toLowerCase(), name.toLowerCase())))),
  canonical: (word) => monthsLike(word)[0] ?? word,
};

/** Types that are the same on every device. Others (file systems, interfaces) come with the platform. */
const COMMON_TYPES: ReadonlyMap<string, ArgumentType> = new Map([
  ['word', loose('WORD')],
  ['line', loose('LINE', 'line')],
  ['ip', ADDRESS],
  ['host', loose('Hostname or A.B.C.D')],
  ['hex', HEX],
  ['time', TIME],
  ['clock', CLOCK],
  ['month', MONTH],
  ['delay', DELAY],
]);

const RANGE = /^(\d+)-(\d+)$/;

/** The type of a name in a syntax: one of the common ones, one of `own`, or a range such as `0-512`. Throws a RangeError. */
export function argumentType(name: string, own: ReadonlyMap<string, ArgumentType>): ArgumentType {
  const known = own.get(name) ?? COMMON_TYPES.get(name);
  if (known !== undefined) return known;
  const [, least, most] = RANGE.exec(name) ?? [];
  if (least === undefined || most === undefined) throw new RangeError(`no argument has the type "${name}"`);
  return numberBetween(Number(least), Number(most));
}

/** A type that is one of some prefixes with anything behind: `flash:x`, `tftp:`, which may be cut short as `tft`. */
export const prefixed = (shown: string, prefixes: readonly string[]): ArgumentType => {
  /** The colon may be left out, and the name cut short. */
  const meant = (lower: string): readonly string[] => {
    if (lower.includes(':')) return [];
    const exact = prefixes.filter((one) => one === `${lower}:`);
    return exact.length > 0 ? exact : prefixes.filter((one) => one.startsWith(lower));
  };
  return {
    shown,
    offers: prefixes,
    fit(word) {
      const lower = word.toLowerCase();
      if (prefixes.some((one) => lower.startsWith(one)) || meant(lower).length === 1) return WHOLE;
      return none(Math.max(0, ...prefixes.map((one) => sharedLength(lower, one))));
    },
    canonical: (word) => meant(word.toLowerCase())[0] ?? word,
  };
};

/** Names of hardware: a kind, which may be cut short, and where it sits: `gi0/1`, `GigabitEthernet 0/1`, `vlan1`. */
export const interfaceNames = (names: () => readonly string[]): ArgumentType => {
  const find = (word: string): readonly string[] => {
    const [, kind = '', unit = ''] = /^([a-z-]+)\s*([\d/.]*)$/i.exec(word) ?? [];
    if (kind === '') return [];
    return names().filter((name) => {
      const [, itsKind = '', itsUnit = ''] = /^(\D+)(.*)$/.exec(name) ?? [];
      return itsUnit === unit && itsKind.toLowerCase().startsWith(kind.toLowerCase());
    });
  };
  return {
    shown: 'interface',
    offers: [...new Set(names().map((name) => name.replace(/[\d/.]+$/, '')))],
    takes: 'pair',
    fit(word) {
      if (find(word).length === 1) return WHOLE;
      return none(Math.max(0, ...names().map((name) => sharedLength(word.toLowerCase(), name.toLowerCase()))));
    },
    canonical: (word) => find(word)[0] ?? word,
  };
};

/** How many characters two texts share at their beginning. */
export function sharedLength(one: string, other: string): number {
  return prefix(one, (character, index) => other.charAt(index) === character);
}
