/** Where a session stands with its login, and every way from one state to another (RFC 959 §5.4, §6). */

export const LOGIN_STATES = ['fresh', 'named', 'checking', 'in', 'closing'] as const;
export type LoginState = (typeof LOGIN_STATES)[number];

export type LoginEvent = 'user' | 'password' | 'right' | 'wrong' | 'too-many' | 'reinitialise';

/** A missing cell means that the event is refused in that state; the server answers 503. */
const LOGIN: Readonly<Record<LoginState, Partial<Record<LoginEvent, LoginState>>>> = {
  fresh: { user: 'named', reinitialise: 'fresh' },
  named: { user: 'named', password: 'checking', reinitialise: 'fresh' },
  checking: { right: 'in', wrong: 'fresh', 'too-many': 'closing' },
  in: { user: 'named', reinitialise: 'fresh' },
  closing: {},
};

/** The only place where a login state changes. */
export const nextLogin = (state: LoginState, event: LoginEvent): LoginState | undefined => LOGIN[state][event];
