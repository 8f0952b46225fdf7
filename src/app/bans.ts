/** The ban list of a server, which survives a restart in a file of the state folder. */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type BanList, createBanList } from '../accounts/ban-list.ts';
import type { Clock } from '../base/clock.ts';
import type { ServeSettings } from '../config/settings.ts';
import type { Observer } from '../observe/event.ts';

const FILE = 'bans.json';
/** Bans that come together are written together. */
const WRITE_AFTER_MS = 1_000;

export interface KeptBans extends Disposable {
  readonly list: BanList;
  /** To be called when the list was changed by hand. */
  changed(): void;
}

interface BanSurroundings {
  readonly clock: Clock;
  readonly observe: Observer;
}

class BanFile {
  readonly #path: string;
  readonly #surroundings: BanSurroundings;
  #stopWaiting: (() => void) | undefined;

  constructor(folder: string, surroundings: BanSurroundings) {
    this.#path = join(folder, FILE);
    this.#surroundings = surroundings;
  }

  /** What was kept; nothing when there is no file, or none that can be read. */
  read(): unknown {
    try {
      return JSON.parse(readFileSync(this.#path, 'utf8')) as unknown;
    } catch (cause) {
      const isMissing = cause instanceof Error && 'code' in cause && cause.code === 'ENOENT';
      if (!isMissing) this.#surroundings.observe({ kind: 'fault', where: `reading ${this.#path}`, cause });
      return undefined;
    }
  }

  soon(list: BanList): void {
    this.#stopWaiting ??= this.#surroundings.clock.after(WRITE_AFTER_MS, () => this.write(list));
  }

  /** The file is there whole or not at all. */
  write(list: BanList): void {
    this.#stopWaiting?.();
    this.#stopWaiting = undefined;
    try {
      const draft = `${this.#path}.new`;
      writeFileSync(draft, JSON.stringify(list.snapshot()), { mode: 0o600 });
      renameSync(draft, this.#path);
    } catch (cause) {
      this.#surroundings.observe({ kind: 'fault', where: `writing ${this.#path}`, cause });
    }
  }
}

/** Nobody is banned, but offences are counted, because the delays of logins come from them. */
const NEVER = { threshold: Number.MAX_SAFE_INTEGER };

/** Throws a RangeError that names a malformed network of the allow list. */
export function openBans({ bans, state }: ServeSettings, surroundings: BanSurroundings): KeptBans {
  const { clock, observe } = surroundings;
  if (bans === undefined) {
    return {
      list: createBanList({ clock, policy: NEVER }),
      changed: () => undefined,
      [Symbol.dispose]: () => undefined,
    };
  }
  const file = new BanFile(state.path, surroundings);
  const list = createBanList({
    policy: bans.policy,
    allow: bans.allow,
    clock,
    onBan(ban) {
      observe({ kind: 'banned', ...ban });
      file.soon(list);
    },
  });
  const kept = file.read();
  for (const text of kept === undefined ? [] : list.restore(kept)) observe({ kind: 'note', text });
  return { list, changed: () => file.soon(list), [Symbol.dispose]: () => file.write(list) };
}
