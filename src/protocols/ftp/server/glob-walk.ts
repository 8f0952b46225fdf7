/** Patterns in LIST and NLST: each component is matched in turn, within a bound of entries looked at and of time. */
import { compileGlob, type GlobMatcher, hasGlob } from '../../../base/glob.ts';
import { resolvePath, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { Turn } from './send.ts';
import type { Session } from './session.ts';
import { TransferFailure } from './transfer.ts';

export interface Match {
  readonly entry: Entry;
  /** The name as the client can use it: with the directories that it typed. */
  readonly name: string;
}

/** How much looking is left to one pattern. */
class Budget {
  #entries: number;
  readonly #endMs: number;
  readonly #clock: { monotonic(): number };

  constructor(
    { globEntries, globMs }: { readonly globEntries: number; readonly globMs: number },
    clock: { monotonic(): number },
  ) {
    this.#entries = globEntries;
    this.#clock = clock;
    this.#endMs = clock.monotonic() + globMs;
  }

  take(entries: number): void {
    this.#entries -= entries;
    if (this.#entries < 0 || this.#clock.monotonic() >= this.#endMs)
      throw new TransferFailure(450, 'That pattern has too much to look at; name a smaller part.');
  }
}

/** Everything that a pattern matches; 450 when that is more than one pattern may look at, never a part of it. */
export async function* matches(session: Session, pattern: string): AsyncGenerator<Match> {
  const budget = new Budget(session.context.limits, session.context.clock);
  const absolute = pattern.startsWith('/');
  const components = pattern.split('/').filter((component) => component !== '');
  yield* walk(
    session,
    budget,
    { path: absolute ? ROOT : session.workingDirectory, name: absolute ? '/' : '' },
    components,
  );
}

interface Here {
  readonly path: VirtualPath;
  readonly name: string;
}

async function* walk(
  session: Session,
  budget: Budget,
  here: Here,
  [first, ...rest]: readonly string[],
): AsyncGenerator<Match> {
  if (first === undefined) return;
  budget.take(1);
  if (!hasGlob(first)) yield* step(session, budget, below(here, first), rest);
  else {
    const matcher = compileGlob(first);
    if (matcher === undefined) throw new FileError('bad-name', first);
    for (const name of await matching(session, budget, here.path, matcher))
      yield* step(session, budget, below(here, name), rest);
  }
}

const below = ({ path, name }: Here, component: string): Here => ({
  path: resolvePath(path, component) ?? path,
  name: name === '' || name.endsWith('/') ? `${name}${component}` : `${name}/${component}`,
});

async function* step(session: Session, budget: Budget, here: Here, rest: readonly string[]): AsyncGenerator<Match> {
  try {
    if (rest.length > 0) yield* walk(session, budget, here, rest);
    else yield { entry: await session.files.stat(here.path, { links: 'stay' }), name: here.name };
  } catch (error) {
    // Not a directory, or gone: simply no match.
    if (!(error instanceof FileError)) throw error;
  }
}

/** The names of a directory that match, sorted; the budget bounds how many are held. */
async function matching(session: Session, budget: Budget, path: VirtualPath, fits: GlobMatcher): Promise<string[]> {
  const names: string[] = [];
  const turn = new Turn(session.context.clock);
  for await (const batch of session.files.list(path, { signal: session.gone.signal })) {
    budget.take(batch.length);
    for (const { name } of batch) {
      if (fits(name)) names.push(name);
      // A pattern with many alternatives costs milliseconds a name: others get their turn, and the time is looked at.
      if (!turn.over) continue;
      await turn.yield();
      budget.take(0);
    }
  }
  return names.sort();
}
