/** Turns what zod has to say into problems with a place. */
import type { z } from 'zod';
import type { Problem } from './problem.ts';

export type Key = string | number;

/** Names the place of a key: its file and line, or only its way there. */
export type PlaceOf = (keys: readonly Key[]) => string;

/** `accounts[1].access` */
export const keyText = (keys: readonly Key[]): string =>
  keys.map((key, index) => (typeof key === 'number' ? `[${key}]` : index === 0 ? key : `.${key}`)).join('');

function problemsOfOne(issue: z.core.$ZodIssue, placeOf: PlaceOf): Problem[] {
  // No schema has symbols for keys.
  const keys = issue.path as Key[];
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ where: placeOf([...keys, key]), what: 'is not a key that Portcall knows' }));
  }
  if (issue.code === 'invalid_union') return unionProblems(issue, placeOf);
  return [{ where: placeOf(keys), what: issue.message }];
}

/** How far an alternative came before it failed. */
const depthOf = (issues: readonly z.core.$ZodIssue[]): number =>
  Math.max(
    0,
    ...issues.map(({ path, code }) => path.length + (code === 'custom' || code === 'unrecognized_keys' ? 1 : 0)),
  );

/** Of the alternatives the one that came furthest is meant: what is a map was not meant to be a text. */
function unionProblems(issue: z.core.$ZodIssueInvalidUnion, placeOf: PlaceOf): Problem[] {
  const [meant = []] = [...issue.errors].sort((one, other) => depthOf(other) - depthOf(one));
  return problemsOf(
    meant.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] })),
    placeOf,
  );
}

/** All problems, in the order in which they were found. */
export const problemsOf = (issues: readonly z.core.$ZodIssue[], placeOf: PlaceOf): Problem[] =>
  issues.flatMap((issue) => problemsOfOne(issue, placeOf));
