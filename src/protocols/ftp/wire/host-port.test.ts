import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseEprt, parseEpsv, parsePort, printExtendedPassive, printPassive } from './host-port.ts';

test('PORT', () => {
  assert.deepEqual(parsePort('127,0,0,1,4,1'), { family: 4, host: '127.0.0.1', port: 1025 });
  for (const wrong of [
    '',
    '127,0,0,1,4',
    '256,0,0,1,4,1',
    '127,0,0,1,0,0',
    'a,b,c,d,e,f',
    '127.0.0.1:99',
    '-1,0,0,1,4,1',
  ])
    assert.equal(parsePort(wrong), undefined, wrong);
});

test('EPRT', () => {
  assert.deepEqual(parseEprt('|1|132.235.1.2|6275|'), { family: 4, host: '132.235.1.2', port: 6275 });
  assert.deepEqual(parseEprt('!2!::1!5282!'), { family: 6, host: '::1', port: 5282 });
  assert.equal(parseEprt('|3|x|1|'), 'protocol');
  for (const wrong of [
    '',
    '|',
    '||||',
    '|1|localhost|22|',
    '|1|1.2.3.4|0|',
    '|1|1.2.3.4|65536|',
    '|2|1.2.3.4%eth0|22|',
    '|1|1.2.3.4|22',
  ])
    assert.equal(parseEprt(wrong), undefined, wrong);
});

test('EPSV', () => {
  assert.deepEqual(['', 'all', '1', '2', '3', 'x'].map(parseEpsv), ['any', 'ALL', '1', '2', 'other', undefined]);
});

test('PASV numbers read back as PORT numbers', () => {
  fc.assert(
    fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
      const [numbers = ''] = /[\d,]+(?=\))/.exec(printPassive(host, port)) ?? [];
      assert.deepEqual(parsePort(numbers), { family: 4, host, port });
      assert.match(printExtendedPassive(port), new RegExp(`\\(\\|\\|\\|${port}\\|\\)$`));
    }),
  );
});

test('no text makes the parsers throw', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => (parsePort(text), parseEprt(text), parseEpsv(text), true)),
  );
});
