/** Lines of other protocols are known, and no FTP command is taken for one, whatever it asks for. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { COMMANDS } from '../server/commands/index.ts';
import { type ForeignProtocol, foreignProtocolOf } from './foreign-protocol.ts';

const foreign: Readonly<Record<ForeignProtocol, readonly string[]>> = {
  HTTP: [
    'GET / HTTP/1.1',
    'get /index.html http/1.0',
    'GET /',
    'GET http://192.0.2.1/ HTTP/1.1',
    'HEAD /robots.txt HTTP/1.1',
    'POST /a?b=c HTTP/1.1',
    'POST /upload with spaces HTTP/1.1',
    'PUT /x HTTP/1.1',
    'DELETE /x HTTP/1.1',
    'PATCH /x HTTP/1.1',
    'TRACE / HTTP/1.1',
    'OPTIONS * HTTP/1.1',
    'OPTIONS / HTTP/1.0',
    'PROPFIND / HTTP/1.1',
    'MKCOL /x HTTP/1.1',
    'CONNECT example.com:443 HTTP/1.1',
    'CONNECT [2001:db8::1]:21',
    'PRI * HTTP/2.0',
    'Host: 192.0.2.1:21',
    'host:example.com',
    'User-Agent: Mozilla/5.0',
    'Accept: */*',
    'Accept-Encoding: gzip',
    'Content-Length: 20',
    'Content-Type: text/plain',
    'Sec-Fetch-Mode: no-cors',
    'Upgrade-Insecure-Requests: 1',
    'X-Requested-With: XMLHttpRequest',
    'Cookie: a=b',
    `GET /${'a'.repeat(100_000)}`,
  ],
  SMTP: ['EHLO example.com', 'HELO x', 'ehlo [192.0.2.1]', 'MAIL FROM:<a@example.com>', 'MAIL FROM: <>', 'RCPT TO:<b>'],
  SSH: ['SSH-2.0-OpenSSH_9.9', 'SSH-1.99-Cisco-1.25', 'SSH-2.0-'],
  TLS: ['\x16\x03\x01\x02\x00\x01\x00', '\x16\x03\x03', '\x80\x2e\x01\x03\x01\x00\x15'],
  RTSP: ['DESCRIBE rtsp://192.0.2.1/live RTSP/1.0', 'OPTIONS rtsp://192.0.2.1 RTSP/2.0'],
  SIP: ['INVITE sip:bob@example.com SIP/2.0', 'OPTIONS sip:nm SIP/2.0'],
  RDP: ['\x03\x00\x00\x13\x0e\xe0\x00\x00\x00\x00\x00'],
  SMB: ['\x00\x00\x00\x54\xffSMBr', '\x00\x00\x00\xa4\xfeSMB'],
};

describe('lines of other protocols', () => {
  for (const [protocol, lines] of Object.entries(foreign))
    for (const line of lines)
      test(JSON.stringify(line.slice(0, 50)), () => {
        assert.equal(foreignProtocolOf(line), protocol);
        assert.equal(foreignProtocolOf(Buffer.from(line, 'latin1')), protocol);
      });
});

/** RFC 5797's registry, RFC 765's mail, draft commands, and what other servers know. */
const OTHER_VERBS =
  'SMNT AUTH ADAT PBSZ PROT CCC MIC CONF ENC HOST ALGS FEED HASH RANG MODB LPRT LPSV AVBL COMB CSID DSIZ RMDA THMB XCRC XMD5 XSHA1 XSHA256 XSHA512 MLSC MLSR MAIL MLFL MSND MSOM MSAM MRSQ MRCP XSEN XSEM XSND XMAS XRCP XRSQ MODE OPTS SITE ESTA ESTP PROXY PUT GET SEND HEAD COPY MOVE LOCK OPTIONS DELETE CONNECT'.split(
    ' ',
  );

describe('what is no reason to close', () => {
  const lines = [
    '',
    ' ',
    'HELP',
    'HELP GET',
    'HELO',
    'HEL',
    'DELE /index.html',
    'DELE GET / HTTP/1.1',
    'RETR /a HTTP/1.1',
    'STOR Host: example',
    'CWD /http://x',
    'SITE GET / HTTP/1.1',
    'OPTS UTF8 ON',
    'OPTS MLST type;size;',
    'HOST ftp.example.com',
    'HOST [2001:db8::1]',
    'MAIL',
    'MAIL user',
    'MLFL user',
    'MAIL FROM',
    'GET file.txt',
    'PUT file.txt',
    'get',
    'HEAD',
    'CONNECT',
    'DELETE file',
    'AUTH TLS',
    'PASS GET / HTTP/1.1',
    'USER MAIL FROM:<x>',
    'CLNT Mozilla: SSH-2.0-x',
    'PROXY TCP4 192.0.2.1 192.0.2.2 1 2',
    '\xff\xf4\xff\xf2ABOR',
    '\x16',
    '\x16\x02',
    '\x80',
  ];
  for (const line of lines)
    test(JSON.stringify(line), () => assert.equal(foreignProtocolOf(Buffer.from(line, 'latin1')), undefined));

  const ownVerbs = COMMANDS.flatMap(({ verbs }) => verbs);
  const arguments_ = fc.oneof(
    fc.string(),
    fc.string({ unit: 'binary' }),
    fc.constantFrom(...Object.values(foreign).flat()),
    fc.string().map((text) => `/${text} HTTP/1.1`),
  );

  test('any command of ours, with any argument, in any case', () => {
    fc.assert(
      fc.property(fc.constantFrom(...ownVerbs), arguments_, fc.boolean(), (verb, argument, isLower) => {
        const line = `${isLower ? verb.toLowerCase() : verb} ${argument}`;
        assert.equal(foreignProtocolOf(line), undefined, line);
        assert.equal(foreignProtocolOf(new TextEncoder().encode(line)), undefined, line);
      }),
      { numRuns: 2_000 },
    );
  });

  test('any command that others know, by itself or with a file', () => {
    for (const verb of [...ownVerbs, ...OTHER_VERBS])
      for (const line of [verb, `${verb} file`, `${verb} a b.txt`, `${verb} <user@example.com>`])
        assert.equal(foreignProtocolOf(line), undefined, line);
  });
});

test('no bytes make it throw, and long ones cost little', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => void foreignProtocolOf(bytes)));
  const started = performance.now();
  for (const line of ['GET ', 'COPY  ', 'X-', 'OPTIONS rtsp://', 'CONNECT 1:'])
    foreignProtocolOf(`${line}${'a '.repeat(1_000_000)}`);
  for (const byte of 'aA -:/*\x80') foreignProtocolOf(new Uint8Array(1_000_000).fill(byte.charCodeAt(0)));
  assert.ok(performance.now() - started < 500);
});
