/** A moment as people write it, in UTC: `2027-01-31`, `2027-01-31T18:00:00Z`, `2027-01-31 18:00`. */

const SHAPE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d)(?::(\d\d))?Z?)?$/;

/** Milliseconds since 1970; a date alone is its beginning. `undefined` for what no calendar has, such as 30 February. */
export function parseMoment(text: string): number | undefined {
  const match = SHAPE.exec(text);
  if (match === null) return undefined;
  const [, date = '', minutes = '00:00', seconds = '00'] = match;
  const written = `${date}T${minutes}:${seconds}.000Z`;
  const ms = Date.parse(written);
  // The parser takes 30 February for 2 March.
  return Number.isNaN(ms) || new Date(ms).toISOString() !== written ? undefined : ms;
}

/** The moment in a form that {@link parseMoment} reads; parts of a second are dropped. */
export const formatMoment = (ms: number): string => `${new Date(ms).toISOString().slice(0, 19)}Z`;
