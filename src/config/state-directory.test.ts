import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultStateDirectory } from './state-directory.ts';

test('the state folder: of the system, of the desktop, of the user', () => {
  const user = { isRoot: false, home: '/home/ann', xdgStateHome: undefined };
  assert.equal(defaultStateDirectory(user), '/home/ann/.local/state/portcall');
  assert.equal(defaultStateDirectory({ ...user, xdgStateHome: '/srv/state' }), '/srv/state/portcall');
  assert.equal(defaultStateDirectory({ ...user, xdgStateHome: 'relative' }), '/home/ann/.local/state/portcall');
  assert.equal(defaultStateDirectory({ ...user, isRoot: true, xdgStateHome: '/srv' }), '/var/lib/portcall');
});
