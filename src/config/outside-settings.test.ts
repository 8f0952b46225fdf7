/** Bans, who may connect, and what is asked and told outside. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configurationFolder, problemsOf } from '../../test/support/settle-file.ts';

const place = configurationFolder();
after(() => place[Symbol.dispose]());
const inPlace = (name: string): string => join(place.path, name);
const SECRET = 'sixteen or more characters';

test('bans in the words of the ban list', () => {
  const { bans } = place.settle(`
bans:
  threshold: 50
  windowSeconds: 1.5
  banSeconds: 60
  longestBanSeconds: 3600
  repeatSeconds: 7200
  points: { wrong-password: 0, no-login: 7 }
  allow: [10.1.0.0/24]
`);
  assert.deepEqual(bans, {
    policy: {
      threshold: 50,
      windowMs: 1500,
      banMs: 60_000,
      longestBanMs: 3_600_000,
      repeatMs: 7_200_000,
      points: { 'wrong-password': 0, 'no-login': 7 },
    },
    allow: ['10.1.0.0/24'],
  });
  assert.equal(place.settle('bans: { enabled: false, threshold: 5 }').bans, undefined);
});

test('who may connect, and how often', () => {
  const { admission, limits } = place.settle(`
limits: { connectionsPerMinutePerAddress: 60, loginsPerMinutePerAddress: 30, connectionsPerAddress: 5, idleSeconds: 1 }
clients: { allow: [], deny: [10.66.0.0/16] }
`);
  assert.deepEqual(admission, {
    limits: { connectionsPerMinute: 60, loginsPerMinute: 30, connectionsPerAddress: 5 },
    networks: { allowed: [], denied: ['10.66.0.0/16'] },
  });
  assert.deepEqual(limits, { idleMs: 1000 });
});

test('sources of accounts', () => {
  place.write('hook.secret', `${SECRET}\n`);
  const settings = place.settle(`
accountDatabase: accounts.sqlite
accountHook: { url: 'https://accounts.example.net/login', timeoutSeconds: 0.5, cacheSeconds: 0, secretFile: hook.secret }
`);
  assert.equal(settings.accountDatabase, inPlace('accounts.sqlite'));
  assert.deepEqual(settings.accountHook, {
    url: 'https://accounts.example.net/login',
    timeoutMs: 500,
    cacheMs: 0,
    secret: SECRET,
  });
  assert.deepEqual(settings.warnings, []);
  assert.deepEqual(settings.folders, [settings.root], 'an account that names no folder sees the common one');
});

test('a hook for accounts that others can listen to is warned of', () => {
  const warningsOf = (url: string): string => place.settle(`accountHook: { url: '${url}' }`).warnings.join();
  assert.match(
    warningsOf('http://accounts.example.net/'),
    /^portcall\.yaml:1: accountHook\.url: sends names and passwords/,
  );
  for (const near of ['http://127.0.0.1:8080/', 'http://[::1]/', 'http://localhost/'])
    assert.equal(warningsOf(near), '', near);
});

test('logs and the hook for uploads', () => {
  const settings = place.settle(`
audit: { file: audit.jsonl, listings: true }
xferlog: xferlog
uploadHook: { program: [./uploaded.sh, --now], decides: true }
`);
  assert.deepEqual(settings.audit, { path: inPlace('audit.jsonl'), listings: 'written' });
  assert.equal(settings.xferlog, inPlace('xferlog'));
  const words = [inPlace('uploaded.sh'), '--now'];
  assert.deepEqual(settings.uploadHook, { kind: 'program', words, timeoutMs: 30_000, decides: true });
  const { uploadHook, audit } = place.settle(`
audit: { file: audit.jsonl }
uploadHook: { url: 'http://127.0.0.1/', timeoutSeconds: 5, secret: '${SECRET}' }
`);
  const url = 'http://127.0.0.1/';
  assert.deepEqual(uploadHook, { kind: 'http', url, timeoutMs: 5000, decides: false, secret: SECRET });
  assert.equal(audit?.listings, 'left-out');
  const found = place.settle('uploadHook: { program: [logger, a/b] }').uploadHook;
  assert.deepEqual(found?.kind === 'program' && found.words, ['logger', 'a/b'], 'a bare name is looked up in PATH');
});

const wrong: readonly (readonly [string, RegExp])[] = [
  ['bans: { threshold: 0 }', /^portcall\.yaml:1: bans\.threshold: must be 1 or more$/],
  ['bans: { banSeconds: 60, longestBanSeconds: 30 }', /bans\.longestBanSeconds: must not be less than banSeconds$/],
  ['bans: { points: { bad-luck: 1 } }', /bans\.points\.bad-luck: is not a key that Portcall knows$/],
  ['bans: { points: { no-login: -1 } }', /bans\.points\.no-login: must be 0 or more$/],
  ['bans: { allow: [10.0.0.0/33] }', /bans\.allow\[0\]: must be a network/],
  ['bans: { enabled: 1 }', /bans\.enabled: must be true or false$/],
  ['clients: { allow: [everybody] }', /clients\.allow\[0\]: must be a network/],
  ['clients: { deny: 10.0.0.1 }', /clients\.deny: must be a list of networks such as/],
  ['login: { failures: 5 }', /login\.failures: is not a key that Portcall knows$/],
  ['accountHook: { url: "ftp://x/" }', /accountHook\.url: must be a URL such as https:/],
  ['accountHook: { url: "https://a:b@x/" }', /accountHook\.url: must be a URL .* without name and password/],
  ['accountHook: { url: "https://x/", secret: short }', /accountHook\.secret: must have 16 characters or more$/],
  [`accountHook: { url: "https://x/", secret: "${SECRET}", secretFile: x }`, /must have either secret or secretFile/],
  ['accountHook: { url: "https://x/", secretFile: none }', /accountHook\.secretFile: .*none cannot be read \(ENOENT\)/],
  ['accountHook: { url: "https://x/", secretFile: short }', /must hold a secret of 16 to 65536 characters$/],
  ['uploadHook: {}', /^portcall\.yaml:1: uploadHook: must have either url or program$/],
  ['uploadHook: { url: "https://x/", program: [x] }', /must have either url or program$/],
  ['uploadHook: { program: [] }', /uploadHook\.program: must be a list of words/],
  ['uploadHook: { program: "rm -rf x" }', /uploadHook\.program: must be a list of words/],
  ['uploadHook: { program: [""] }', /uploadHook\.program: must begin with the name of a program$/],
  [`uploadHook: { program: [x], secret: "${SECRET}" }`, /uploadHook\.program: has no use for a secret/],
  ['audit: {}', /audit\.file: must be a path$/],
  ['audit: { file: log }\nxferlog: ./log', /^portcall\.yaml:2: xferlog: is the file of audit too; name another one$/],
];

for (const [text, message] of wrong)
  test(`refused: ${text.replace('\n', ' ')}`, () => {
    place.write('short', 'short');
    const problems = problemsOf(() => place.settle(text));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  });

test('settled again, a file means what it says by then', () => {
  place.write('hook.secret', 'the first secret, long');
  const text = 'accountHook: { url: "https://x/", secretFile: hook.secret }';
  assert.equal(place.settle(text).accountHook?.secret, 'the first secret, long');
  place.write('hook.secret', 'the second secret, long');
  assert.equal(place.settle(text).accountHook?.secret, 'the second secret, long');
});
