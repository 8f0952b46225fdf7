import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { parseFeatures, parseQuotedPath } from './features.ts';
import { printCommand } from './printed-command.ts';

describe('what a server says of itself', () => {
  test('FEAT becomes a table of names in upper case (RFC 2389 §3.2)', () => {
    const lines = ['Features:', ' MDTM', ' mlst type*;size*;', ' AUTH TLS', ' AUTH SSL', ' __proto__', 'End'];
    assert.deepEqual(
      [...parseFeatures(lines)],
      [
        ['MDTM', ''],
        ['MLST', 'type*;size*;'],
        ['AUTH', 'TLS;SSL'],
        ['__PROTO__', ''],
      ],
    );
    assert.equal(parseFeatures(['No features']).size, 0);
  });

  const PATHS: readonly (readonly [string, string | undefined])[] = [
    ['"/home/ann" is the current directory', '/home/ann'],
    ['"/a ""quoted"" name" created', '/a "quoted" name'],
    ['"SYS$DISK:[ANN]"', 'SYS$DISK:[ANN]'],
    ['""', ''],
    ['no quotes', undefined],
    ['"no end', undefined],
  ];
  for (const [text, expected] of PATHS) test(`257 ${text}`, () => assert.equal(parseQuotedPath(text), expected));
});

describe('a command is one line', () => {
  for (const evil of ['a\rDELE b', 'a\nDELE b', 'a\r\nDELE b', 'a\0b'])
    test(JSON.stringify(evil), () => assert.equal(printCommand('RETR', evil), undefined));
  test('also its verb', () => {
    for (const verb of ['RE TR', 'RETR\r\nDELE', '', 'R'.repeat(17)]) assert.equal(printCommand(verb, 'a'), undefined);
  });
  test('a 255 is doubled for Telnet, names are their bytes', () => {
    assert.deepEqual(
      [...(printCommand('RETR', '\udcffé') ?? [])],
      [...Buffer.from('RETR \xff\xff\xc3\xa9\r\n', 'latin1')],
    );
    assert.deepEqual(printCommand('NOOP', undefined), new Uint8Array(Buffer.from('NOOP\r\n')));
  });
});
