import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { printExtendedPassive, printPassive } from './host-port.ts';
import { parseExtendedPassive, parsePassive, printEprt, printPort } from './passive-reply.ts';
import { parseEprt, parsePort } from './host-port.ts';

describe('where a server listens', () => {
  const PASSIVE: readonly (readonly [text: string, expected: string | undefined])[] = [
    ['Entering Passive Mode (10,0,0,1,195,80).', '10.0.0.1:50000'],
    ['Entering Passive Mode 10,0,0,1,195,80', '10.0.0.1:50000'],
    ['=10,0,0,1,195,80', '10.0.0.1:50000'],
    ['Entering Passive Mode (10,0,0,1,0,0).', undefined],
    ['Entering Passive Mode (256,0,0,1,195,80).', undefined],
    ['Entering Passive Mode (10,0,0,1,195,800).', undefined],
    ['Entering Passive Mode (10,0,0,1,195).', undefined],
    ['Entering Passive Mode (-1,0,0,1,195,80).', '1.0.0.1:50000'],
    ['Entering Passive Mode.', undefined],
    [`Entering Passive Mode (${'1'.repeat(1_000_000)},0,0,1,195,80).`, undefined],
  ];
  for (const [text, expected] of PASSIVE)
    test(`227 ${text.slice(0, 60)}`, () => {
      const found = parsePassive(text);
      assert.equal(found && `${found.host}:${found.port}`, expected);
    });

  const EXTENDED: readonly (readonly [text: string, expected: number | undefined])[] = [
    ['Entering Extended Passive Mode (|||50000|)', 50_000],
    ['ok (!!!50000!)', 50_000],
    ['Entering Extended Passive Mode (|||0|)', undefined],
    ['Entering Extended Passive Mode (|||65536|)', undefined],
    ['Entering Extended Passive Mode (|1|10.0.0.1|50000|)', undefined],
    ['Entering Extended Passive Mode', undefined],
  ];
  for (const [text, expected] of EXTENDED)
    test(`229 ${text}`, () => assert.equal(parseExtendedPassive(text), expected));

  test('what our server prints is read back, and the other way round', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.integer({ min: 1, max: 65_535 }), (host, port) => {
        assert.deepEqual(parsePassive(printPassive(host, port)), { family: 4, host, port });
        assert.equal(parseExtendedPassive(printExtendedPassive(port)), port);
        assert.deepEqual(parsePort(printPort(host, port)), { family: 4, host, port });
        assert.deepEqual(parseEprt(printEprt(4, host, port)), { family: 4, host, port });
        assert.deepEqual(parseEprt(printEprt(6, '::1', port)), { family: 6, host: '::1', port });
      }),
    );
  });
});
