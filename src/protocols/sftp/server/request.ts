/** What a row of the tables of requests is. */
import type { FieldReader } from '../wire/field-reader.ts';
import type { Desk } from './desk.ts';
import type { Handle } from './handle.ts';

/** One request of a client. */
export interface Asked {
  readonly id: number;
  /** Behind the id, and behind the name of an extension. */
  readonly fields: FieldReader;
}

/** A packet to answer with. */
export type Answered = Uint8Array | Promise<Uint8Array>;

/** Requests about names: one after another, in the order in which they came. */
export interface NameRow {
  readonly about: 'names';
  readonly verb: string;
  /** Whether a failure is what clients live with: they look whether a name is there. */
  readonly failsOften?: true;
  run(desk: Desk, asked: Asked): Promise<Uint8Array>;
}

/**
 * Requests about a handle, which comes first in their fields. `read` go side by side behind all writes, `write` go side by
 * side behind what is alone, `alone` wait for all, and all wait for them; `last` closes, and names wait for it too.
 */
export interface HandleRow {
  readonly about: 'handle';
  readonly verb: string;
  readonly turn: 'read' | 'write' | 'alone' | 'last';
  run(desk: Desk, asked: Asked, handle: Handle, bytes: Uint8Array): Answered;
}

export type RequestRow = NameRow | HandleRow;
