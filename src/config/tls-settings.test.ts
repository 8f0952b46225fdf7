/** Encryption: offered everywhere, demanded where somebody says so, never less than a URL promises. */
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { configurationFolder, problemsOf } from '../../test/support/settle-file.ts';
import { settle } from './settings.ts';

const place = configurationFolder();
after(() => place[Symbol.dispose]());
const inPlace = (name: string): string => join(place.path, name);
const doors = ({ listeners }: ReturnType<typeof settle>): unknown[] =>
  listeners.map(({ protocol, port, tls, tlsChoice }) => [protocol, port, tls, tlsChoice]);

test('each URL has its own port and its own demand', () => {
  const listen = [
    'ftp://127.0.0.1',
    'ftps://127.0.0.1',
    'FTPS://[::1]:0',
    'ftps://127.0.0.1:21/',
    'ftp://127.0.0.1:990',
  ];
  const settings = settle({ listen }, place.path);
  assert.deepEqual(doors(settings), [
    ['ftp', 21, 'offered', 'default'],
    ['ftps', 990, 'data', 'asked'],
    ['ftps', 0, 'data', 'asked'],
    ['ftps', 21, 'data', 'asked'],
    ['ftp', 990, 'offered', 'default'],
  ]);
  assert.equal(settings.listeners[2]?.host, '::1');
});

test('flags', () => {
  const listen = ['ftp://127.0.0.1:0', 'ftps://127.0.0.1:0'];
  const flags = { listen, tls: 'off', certificate: 'a.pem', key: 'a.key' };
  const settings = settle(flags, place.path);
  assert.deepEqual(doors(settings), [
    ['ftp', 0, 'off', 'asked'],
    ['ftps', 0, 'data', 'asked'],
  ]);
  const where = '--certificate';
  assert.deepEqual(settings.tls.certificate, { certificate: inPlace('a.pem'), key: inPlace('a.key'), where });
  const together = settle({ certificate: 'both.pem' }, place.path);
  assert.deepEqual(together.tls.certificate, { certificate: inPlace('both.pem'), key: inPlace('both.pem'), where });
  assert.equal(together.listeners[0]?.tlsChoice, 'asked', 'who names a certificate wants TLS');
  assert.deepEqual(doors(settle({ listen, tls: 'login' }, place.path)), [
    ['ftp', 0, 'login', 'asked'],
    ['ftps', 0, 'login', 'asked'],
  ]);
});

const FILE = `
listeners:
  - ftp://127.0.0.1:1
  - { url: 'ftp://127.0.0.1:2', tls: data, dataBinding: off, clientCertificates: required, trustedProxies: [] }
trustedProxies: [10.9.0.2]
tls:
  certificate: tls/a.pem
  key: tls/a.key
  ca: ca.pem
  crl: crl.pem
  minVersion: 1.2
  maxVersion: "1.3"
  ciphers: ECDHE+AESGCM:!SHA1
  clientCertificates: optional
  dataBinding: required
  clearControl: allowed
  names: [{ hosts: [Images.Example.NET, '*.lab.example.net'], certificate: b.pem }]
`;

test('a file says it for all listeners, and each listener for itself', () => {
  const settings = place.settle(FILE);
  assert.deepEqual(
    settings.listeners.map(({ tls, tlsChoice, dataBinding, clientCertificates, trustedProxies }) => [
      tls,
      tlsChoice,
      dataBinding,
      clientCertificates,
      trustedProxies,
    ]),
    [
      ['offered', 'asked', 'required', 'optional', ['10.9.0.2']],
      ['data', 'asked', 'off', 'required', []],
    ],
  );
  assert.deepEqual(settings.tls, {
    certificate: {
      certificate: inPlace('tls/a.pem'),
      key: inPlace('tls/a.key'),
      where: 'portcall.yaml:7: tls.certificate',
    },
    names: [
      {
        hosts: ['images.example.net', '*.lab.example.net'],
        certificate: inPlace('b.pem'),
        key: inPlace('b.pem'),
        where: 'portcall.yaml:17: tls.names[0].certificate',
      },
    ],
    ca: inPlace('ca.pem'),
    crl: inPlace('crl.pem'),
    minVersion: 'TLSv1.2',
    maxVersion: 'TLSv1.3',
    ciphers: 'ECDHE+AESGCM:!SHA1',
    clearControl: 'allowed',
  });
});

test('who needs a certificate needs TLS to show it', () => {
  const { listeners } = place.settle('tls: { ca: ca.pem, clientCertificates: required }\n');
  assert.equal(listeners[0]?.tls, 'login');
});

const wrong: readonly (readonly [string, RegExp])[] = [
  ['tls: { key: a.key }', /^portcall\.yaml:1: tls\.key: is of no use without certificate$/],
  ['tls: { crl: a.crl }', /tls\.crl: is of no use without ca$/],
  ['tls: { minVersion: 1.1 }', /tls\.minVersion: must be 1\.2 or 1\.3$/],
  ['tls: { minVersion: TLSv1.2 }', /tls\.minVersion: must be 1\.2 or 1\.3$/],
  ['tls: { minVersion: 1.3, maxVersion: 1.2 }', /tls\.maxVersion: must not be below minVersion$/],
  ['tls: { ciphers: "a b" }', /tls\.ciphers: must be names of ciphers/],
  ['tls: { names: [{ hosts: ["a b"], certificate: x }] }', /tls\.names\[0\]\.hosts\[0\]: must be a host name such as/],
  ['tls: { names: [{ hosts: ["a.*.b"], certificate: x }] }', /must be a host name/],
  ['tls: { names: [{ hosts: [], certificate: x }] }', /tls\.names\[0\]\.hosts: must name at least one host$/],
  ['tls: { dataBinding: on }', /tls\.dataBinding: must be off, auto or required$/],
  ['tls: { clearControl: yes }', /tls\.clearControl: must be refused or allowed$/],
  ['tls: { protocols: [x] }', /tls\.protocols: is not a key that Portcall knows$/],
  ['tls: { clientCertificates: optional }', /^portcall\.yaml:1: tls\.clientCertificates: needs tls\.ca/],
  [
    'listeners: [{ url: "ftp://127.0.0.1:1", clientCertificates: optional }]',
    /^portcall\.yaml:1: listeners\[0\]\.clientCertificates: needs tls\.ca/,
  ],
  [
    'tls: { ca: a, clientCertificates: required }\nlisteners: [{ url: "ftp://127.0.0.1:1", tls: offered }]',
    /^portcall\.yaml:1: tls\.clientCertificates: cannot be required where tls is only offered/,
  ],
  [
    'listeners: [{ url: "ftp://127.0.0.1:1", tls: off, clientCertificates: required }]',
    /listeners\[0\]\.clientCertificates: cannot be required where tls is off$/,
  ],
  [
    'listeners: [{ url: "ftps://127.0.0.1:1", tls: offered }]',
    /listeners\[0\]\.tls: must be login or data: ftps:\/\/ is encrypted from the first byte$/,
  ],
  ['listeners: [{ url: "ftp://127.0.0.1:1", tls: on }]', /listeners\[0\]\.tls: must be off, offered, login or data$/],
  ['trustedProxies: [load-balancer]', /^portcall\.yaml:1: trustedProxies\[0\]: must be a network/],
];

for (const [text, message] of wrong)
  test(`refused: ${text.replace('\n', ' ')}`, () => {
    const problems = problemsOf(() => place.settle(text));
    assert.equal(problems.length, 1, problems.join('\n'));
    assert.match(problems[0] ?? '', message);
  });
