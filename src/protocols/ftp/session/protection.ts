/** How much of a session is encrypted, and every way from one state to another (RFC 4217, RFC 2228 §3). */

/**
 * `clear`: nothing, from the start. `secured`: the control connection. `sized`: PBSZ was given too, data is in the clear.
 * `private`: data as well. `released` and `released-private`: after CCC, without and with encrypted data.
 */
export const PROTECTION_STATES = ['clear', 'secured', 'sized', 'private', 'released', 'released-private'] as const;
export type ProtectionState = (typeof PROTECTION_STATES)[number];

export type ProtectionEvent = 'secured' | 'buffer-size' | 'data-clear' | 'data-private' | 'control-released';

/** A missing cell means that the event is refused in that state; the server answers 503. */
const PROTECTION: Readonly<Record<ProtectionState, Partial<Record<ProtectionEvent, ProtectionState>>>> = {
  clear: { secured: 'secured' },
  secured: { 'buffer-size': 'sized', 'control-released': 'released' },
  sized: {
    'buffer-size': 'sized',
    'data-clear': 'sized',
    'data-private': 'private',
    'control-released': 'released',
  },
  private: {
    'buffer-size': 'private',
    'data-clear': 'sized',
    'data-private': 'private',
    'control-released': 'released-private',
  },
  released: {},
  'released-private': {},
};

/** The only place where the state of protection changes. */
export const nextProtection = (state: ProtectionState, event: ProtectionEvent): ProtectionState | undefined =>
  PROTECTION[state][event];

/** Whether names, passwords and commands are encrypted. */
export const isControlPrivate = (state: ProtectionState): boolean =>
  state === 'secured' || state === 'sized' || state === 'private';

/** Whether files and listings are encrypted. */
export const isDataPrivate = (state: ProtectionState): boolean => state === 'private' || state === 'released-private';
