import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isScpCommand, parseScpCommand } from './command.ts';

/** `sink rp x` for short; the reason for what is refused. */
function short(line: string): string {
  const parsed = parseScpCommand(line);
  if (parsed.outcome === 'refused') return `refused: ${parsed.why}`;
  const { role, recursive, preserve, directory, paths } = parsed.command;
  const flags = `${recursive ? 'r' : ''}${preserve ? 'p' : ''}${directory ? 'd' : ''}`;
  return `${role} ${flags === '' ? '-' : flags} ${paths.map(({ text }) => text).join('|')}`;
}

describe('what is asked of scp (P1, P2, P4)', () => {
  const CASES: readonly (readonly [who: string, line: string, meant: string])[] = [
    ['OpenSSH', 'scp -t /srv/x', 'sink - /srv/x'],
    ['OpenSSH, -r -p -v', 'scp -v -r -p -d -t -- /srv/x', 'sink rpd /srv/x'],
    ['OpenSSH, several', 'scp -f a.cfg b.cfg', 'source - a.cfg|b.cfg'],
    ['Cisco IOS', 'scp -t flash:/x.bin', 'sink - flash:/x.bin'],
    ['WinSCP', 'scp -r -p -d -t "dir with space"', 'sink rpd dir with space'],
    ['pscp', 'scp -r -p -t dir', 'sink rp dir'],
    ['libssh2', "scp -pf '/x y'", 'source p /x y'],
    ['SSH.NET', 'scp -t "/x y/z"', 'sink - /x y/z'],
    ['joined', 'scp -pt x', 'sink p x'],
    ['joined with others', 'scp -qrvpf x', 'source rp x'],
    ['repeated', 'scp -r -r -rf x', 'source r x'],
    ['by its path', '/usr/bin/scp -f x', 'source - x'],
    ['a name like a flag', 'scp -f -- -x', 'source - -x'],
    ['a flag behind a path is a name', 'scp -f x -r', 'source - x|-r'],
    ['a dash alone', 'scp -t -', 'sink - -'],
    ['empty', "scp -t ''", 'sink - '],
  ];
  for (const [who, line, meant] of CASES) test(`${who}: ${line}`, () => assert.equal(short(line), meant));

  const WRONG: readonly (readonly [line: string, why: RegExp])[] = [
    ['scp -t -f x', /only one of -t .* and -f/],
    ['scp x', /one of -t .* and -f/],
    ['scp -t', /name a path/],
    ['scp -f', /name a path/],
    ['scp -t a b', /ambiguous target/],
    ['scp -S evil -t x', /no option -S/],
    ['scp -t x; reboot', /no shell here/],
    ['scp -t $(reboot)', /no shell here/],
  ];
  for (const [line, why] of WRONG)
    test(`${line} is refused`, () => {
      assert.match(short(line), /^refused/);
      assert.match(short(line), why);
    });

  test('only scp is scp', () => {
    for (const line of ['scp -t x', ' scp -f x', '/usr/bin/scp -t x', 'scp']) assert.ok(isScpCommand(line), line);
    for (const line of ['scpx -t x', 'rm scp', 'sh -c "scp -t x"', 'md5sum x', ''])
      assert.ok(!isScpCommand(line), line);
  });

  test('never throws', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (rest) => void parseScpCommand(`scp ${rest}`)));
  });
});
