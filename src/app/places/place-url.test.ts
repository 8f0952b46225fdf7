import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { isUrl, parsePlaceUrl, withoutPassword } from './place-url.ts';

describe('where a place is', () => {
  const ABSENT = { port: undefined, user: undefined, password: undefined, type: undefined };
  const CASES: readonly (readonly [url: string, expected: object])[] = [
    ['ftp://h', { scheme: 'ftp', host: 'h', path: '' }],
    ['FTP://h/', { scheme: 'ftp', host: 'h', path: '' }],
    ['ftp://h/a/b', { scheme: 'ftp', host: 'h', path: 'a/b' }],
    ['ftp://h//etc/x', { scheme: 'ftp', host: 'h', path: '/etc/x' }],
    ['ftp://h/%2Fetc/x', { scheme: 'ftp', host: 'h', path: '/etc/x' }],
    ['ftp://ann@h:2121/x', { scheme: 'ftp', host: 'h', port: 2121, user: 'ann', path: 'x' }],
    [
      'ftps://ann:a%40b@[::1]:990/a%20b/%e9',
      { scheme: 'ftps', host: '::1', port: 990, user: 'ann', password: 'a@b', path: 'a b/\udce9' },
    ],
    ['ftp://ann:a@b:c@h/x', { scheme: 'ftp', host: 'h', user: 'ann', password: 'a@b:c', path: 'x' }],
    ['ftp://ann:@h/x', { scheme: 'ftp', host: 'h', user: 'ann', password: '', path: 'x' }],
    ['ftp://h/a;type=a', { scheme: 'ftp', host: 'h', path: 'a', type: 'ascii' }],
    ['ftp://h/a;type=I', { scheme: 'ftp', host: 'h', path: 'a', type: 'image' }],
    ['ftp://h/a?b#c', { scheme: 'ftp', host: 'h', path: 'a?b#c' }],
    ['ftp://h/images/', { scheme: 'ftp', host: 'h', path: 'images/' }],
    ['file:///etc/hosts', { scheme: 'file', host: '', path: 'etc/hosts' }],
  ];
  for (const [url, expected] of CASES)
    test(url, () => assert.deepEqual(parsePlaceUrl(url), { ...ABSENT, ...expected }));

  const WRONG: readonly (readonly [url: string, what: RegExp])[] = [
    ['ftp:/h', /is no URL/],
    ['ftp://h:70000/', /port/],
    ['ftp://h:0/', /port/],
    ['ftp://h/%zz', /%/],
    ['ftp://h/a%0d%0aDELE%20b', /line end/],
    ['ftp://u%00:p@h/', /NUL/],
    ['ftp://u:p%0aq@h/', /line end/],
  ];
  for (const [url, what] of WRONG)
    test(`${url} is refused`, () => {
      const read = parsePlaceUrl(url);
      assert.ok('problem' in read);
      assert.match(read.problem, what);
    });

  test('paths of this machine are no URLs', () => {
    for (const path of ['/etc', 'a', 'C:\\x', 'a:b', '-', './ftp', '']) assert.equal(isUrl(path), false);
    assert.ok(isUrl('ftp://h'));
  });

  test('nothing is thrown, and no password is shown, whatever is written', () => {
    fc.assert(
      fc.property(fc.webAuthority({ withUserInfo: false }), fc.stringMatching(/^[!-~]{1,20}$/), (host, secret) => {
        fc.pre(!/[/@]/.test(secret) && !host.includes(secret) && !'ftp://ann@'.includes(secret));
        const url = `ftp://ann:${secret}@${host}/x`;
        parsePlaceUrl(url);
        assert.equal(withoutPassword(url), `ftp://ann@${host}/x`);
      }),
    );
    fc.assert(fc.property(fc.string(), (text) => void parsePlaceUrl(text)));
  });
});
