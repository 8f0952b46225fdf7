import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isPlainWindowsName } from './windows-name.ts';

test('names that Windows reads in another way are told apart', () => {
  const refused = [
    'CON',
    'con',
    'NUL.txt',
    'nul .txt',
    'COM1',
    'lpt9.log',
    'a:b',
    'file::$DATA',
    'C:',
    '..\\x',
    'a*',
    'end.',
    'end ',
    'PROGRA~1',
    'a\u0001',
  ];
  for (const name of refused) assert.equal(isPlainWindowsName(name), false, name);
  for (const name of ['a', 'console', 'null.txt', 'com', '.hidden', 'a b', 'c2911-universalk9.SPA.bin', 'Grüße']) {
    assert.equal(isPlainWindowsName(name), true, name);
  }
});
