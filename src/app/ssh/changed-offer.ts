/** A list of algorithms as ssh_config(5) changes one: `a,b` instead, `+a` behind, `-a` without, `^a` before. */
import { matchesPatternList } from '../../base/pattern-list.ts';

/** What is not known here is passed over, as it could not be used; a list of which nothing is left is not used at all. */
export function changedOffer(
  wish: string | undefined,
  offer: readonly string[],
  known: readonly string[],
): readonly string[] {
  if (wish === undefined) return offer;
  const [mark = ''] = wish;
  const names = wish.replace(/^[+^-]/, '');
  const isWished = (name: string): boolean => matchesPatternList(name, names);
  if (mark === '-')
    return orElse(
      offer.filter((name) => !isWished(name)),
      offer,
    );
  const wished = names.split(',').flatMap((one) => known.filter((name) => matchesPatternList(name, one)));
  const unique = [...new Set(wished)];
  if (mark === '+') return [...offer, ...unique.filter((name) => !offer.includes(name))];
  if (mark === '^') return [...unique, ...offer.filter((name) => !unique.includes(name))];
  return orElse(unique, offer);
}

const orElse = (names: readonly string[], offer: readonly string[]): readonly string[] =>
  names.length === 0 ? offer : names;
