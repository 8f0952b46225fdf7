/** Other protocols that are sent to the FTP port, by accident or to make it obey what hides in them (ALPACA). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startTestServer } from '../support/ftp-server.ts';
import { RawFtp } from '../support/raw-ftp.ts';
import { testTls } from '../support/tls-ftp.ts';
import { SecureFtp } from '../support/tls-ftp.ts';

const HIDDEN = 'USER u\r\nPASS p\r\nDELE precious\r\n';

for (const [protocol, request] of [
  ['HTTP', `POST / HTTP/1.1\r\nHost: files.example\r\nContent-Length: 40\r\n\r\n${HIDDEN}`],
  ['HTTP', `GET /x HTTP/1.0\r\n\r\n${HIDDEN}`],
  ['HTTP', `Host: files.example\r\n${HIDDEN}`],
  ['SMTP', `EHLO mail.example\r\n${HIDDEN}`],
  ['SMTP', `MAIL FROM:<a@example>\r\n${HIDDEN}`],
  ['SSH', `SSH-2.0-scanner\r\n${HIDDEN}`],
  ['TLS', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03'],
] as const)
  test(`${JSON.stringify(request.slice(0, 20))} is ${protocol}: closed at its first line, nothing in it is obeyed`, async () => {
    await using server = await startTestServer();
    await using client = await RawFtp.open(server.port);
    client.write(request);
    assert.match((await client.expect(421)).text, new RegExp(`not ${protocol}`));
    await client.closed();
    assert.deepEqual(
      server.events.filter(({ kind }) => kind === 'login' || kind === 'changed'),
      [],
    );
    await using other = await RawFtp.login(server.port);
    await other.expect(200, 'NOOP');
  });

test('the same holds inside TLS, where a browser may be made to come too', async () => {
  await using server = await startTestServer({ tls: (await testTls({ start: 'implicit' })).options });
  await using client = await SecureFtp.implicit(server.port);
  client.write(`POST / HTTP/1.1\r\n${HIDDEN}`);
  await client.expect(421);
  await client.closed();
});
