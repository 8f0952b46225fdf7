/** What parsers of listings give for a line. */

/** What could be read of one name. A fact that the format does not have is absent. */
export interface ParsedEntry {
  readonly name: string;
  readonly type: 'file' | 'directory' | 'symlink' | 'other';
  readonly sizeBytes?: number;
  /** About how large it is, where the format counts blocks or records or rounds; never beside `sizeBytes`. */
  readonly roughSizeBytes?: number;
  /** Milliseconds since 1970. UTC where the format says so; otherwise the server's own time, taken for UTC. */
  readonly modifiedMs?: number;
  /** How exactly the time is known. */
  readonly modifiedPrecision?: 'millisecond' | 'second' | 'minute' | 'day';
  readonly createdMs?: number;
  readonly mode?: number;
  readonly owner?: string;
  readonly group?: string;
  readonly linkCount?: number;
  readonly linkTarget?: string;
  /** MLSx `unique`. */
  readonly uniqueId?: string;
  /** MLSx `perm`, as it came. */
  readonly permissions?: string;
}

export type ParsedLine =
  | { readonly kind: 'entry'; readonly entry: ParsedEntry }
  /** A line that stands for no name: `total 12`, a heading, the directory itself, an empty line. */
  | { readonly kind: 'nothing' }
  /** `why` is a clause for people. `line` is what it is about, where that is not the line that was just read. */
  | { readonly kind: 'issue'; readonly why: string; readonly line?: string };

/** Reads the lines of one listing in their order. It remembers what format the lines before had. Never throws. */
export interface ListingParser {
  /**
   * A line without its end, as `decodeName` gives it. What it gives may belong to the line before: a format that breaks
   * an entry over two lines must see the second to know the first.
   */
  parse(line: string): ParsedLine;
  /** Called behind the last line: what was held back, if anything (formats that break an entry over two lines). */
  end(): ParsedLine;
}
