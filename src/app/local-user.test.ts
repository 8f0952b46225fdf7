/** A user whom no list knows: nothing breaks for want of a name or a home. */
import assert from 'node:assert/strict';
import { homedir, userInfo } from 'node:os';
import process from 'node:process';
import { test } from 'node:test';
import { localHome, localUserName } from './local-user.ts';

const unknown = (): never => {
  throw new Error('uv_os_get_passwd returned ENOENT');
};

test('a user whom no list knows has a number for a name, and the root for a home', () => {
  assert.equal(localUserName(unknown), String(process.getuid?.() ?? 'nobody'));
  assert.equal(localHome(unknown), '/');
});

test('others have their own', () => {
  assert.equal(
    localUserName(() => ({ ...userInfo(), username: 'ann' })),
    'ann',
  );
  assert.equal(localHome(), homedir());
});
