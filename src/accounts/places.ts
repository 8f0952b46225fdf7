/** How many of something each name has open; a name that has none takes no memory. */

export interface Places {
  taken(name: string): number;
  /** Takes one more, without asking how many there are. The function gives it back, once however often it is called. */
  take(name: string): () => void;
}

export function createPlaces(): Places {
  const counts = new Map<string, number>();
  const taken = (name: string): number => counts.get(name) ?? 0;
  const giveBack = (name: string): void => {
    const left = taken(name) - 1;
    if (left > 0) counts.set(name, left);
    else counts.delete(name);
  };
  return {
    taken,
    take(name) {
      counts.set(name, taken(name) + 1);
      let held = true;
      return () => {
        if (held) giveBack(name);
        held = false;
      };
    },
  };
}
