/**
 * What stands behind LIST and NLST: a path says RFC 959 §4.1.3, options of `ls` and a path say the clients.
 *
 * FTP has no quoting: all that follows the options, spaces and all, is one path.
 */

/** What a client asked for with letters of `ls`. */
export interface ListOptions {
  /** `-a`, `-A`: names that begin with a dot too. */
  readonly showHidden: boolean;
  /** `-a` alone: also `.` and `..`. */
  readonly showDots: boolean;
  /** `-l`: long lines, where NLST would give names. */
  readonly long: boolean;
  /** `-L`: what a link leads to instead of the link. */
  readonly followLinks: boolean;
  /** `-R`: what lies below, too. */
  readonly recursive: boolean;
  /** `-d`: the directory itself instead of what it holds. */
  readonly itself: boolean;
  /** `-F`: a mark behind each name that is no plain file. */
  readonly classify: boolean;
  /** `-t`: the newest first; `-S`: the largest first. The last of them counts. */
  readonly order: 'name' | 'time' | 'size';
  /** `-r`: the other way round. */
  readonly reverse: boolean;
}

/** The options, and the path behind them; an empty path is the working directory. */
interface ListRequest {
  readonly options: ListOptions;
  readonly path: string;
}

export const NO_LIST_OPTIONS: ListOptions = {
  showHidden: false,
  showDots: false,
  long: false,
  followLinks: false,
  recursive: false,
  itself: false,
  classify: false,
  order: 'name',
  reverse: false,
};

const LETTERS = new Map<string, Partial<ListOptions>>([
  ['a', { showHidden: true, showDots: true }],
  ['A', { showHidden: true, showDots: false }],
  ['l', { long: true }],
  ['L', { followLinks: true }],
  ['R', { recursive: true }],
  ['d', { itself: true }],
  ['F', { classify: true }],
  ['t', { order: 'time' }],
  ['S', { order: 'size' }],
  ['r', { reverse: true }],
  // One name on each line is how it is always done, also for ncftp, which asks for columns.
  ['1', {}],
  ['C', {}],
]);

/**
 * A word of known letters behind a dash is options; `--` ends them; anything else, `-x.bin` say, is where the path
 * begins. So a name that looks like options is reached as `-- -l` or `./-l`. Never throws.
 */
export function parseListRequest(text: string): ListRequest {
  let options = NO_LIST_OPTIONS;
  let path = text.trimStart();
  for (let word = firstWord(path); isOptions(word); word = firstWord(path)) {
    options = withLetters(options, word.slice(1));
    path = path.slice(word.length).trimStart();
  }
  return { options, path: path === '--' || path.startsWith('-- ') ? path.slice(3) : path };
}

const firstWord = (text: string): string => text.split(' ', 1)[0] ?? '';

const isOptions = (word: string): boolean =>
  word.length > 1 && word.startsWith('-') && Array.from(word.slice(1)).every((letter) => LETTERS.has(letter));

function withLetters(options: ListOptions, letters: string): ListOptions {
  let changed = options;
  for (const letter of letters) changed = { ...changed, ...LETTERS.get(letter) };
  return changed;
}
