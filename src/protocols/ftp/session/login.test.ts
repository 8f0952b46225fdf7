import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LOGIN_STATES, type LoginEvent, type LoginState, nextLogin } from './login.ts';

test('the ordinary way in: USER, PASS, and the password is right', () => {
  const way = (['user', 'password', 'right'] as const).reduce<LoginState>(
    (state, event) => nextLogin(state, event) ?? 'closing',
    'fresh',
  );
  assert.equal(way, 'in');
});

test('a password without a name is refused, and so is one after the login', () => {
  assert.equal(nextLogin('fresh', 'password'), undefined);
  assert.equal(nextLogin('in', 'password'), undefined);
});

test('only the right password leads in', () => {
  const events: LoginEvent[] = ['user', 'password', 'right', 'wrong', 'too-many', 'reinitialise'];
  for (const state of LOGIN_STATES)
    for (const event of events)
      if (nextLogin(state, event) === 'in') assert.deepEqual([state, event], ['checking', 'right']);
});
