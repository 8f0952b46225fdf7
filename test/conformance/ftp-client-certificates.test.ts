/** Client certificates: asked for, judged by an authority and its revocations, and standing for a password. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { testAuthority } from '../support/certificates.ts';
import { newFolder, startHouse, type TestHouse } from '../support/house.ts';
import { SecureFtp } from '../support/tls-ftp.ts';

const CONFIGURATION = `tls: {ca: ca.pem, crl: crl.pem, clientCertificates: required}
login: {failureDelaySeconds: 0}
accounts:
  - {name: switch, certificateNames: [switch-7.example]}
  - {name: other, password: p}
`;

test('a client certificate is needed, must be in force, and opens the account that names it', async () => {
  const authority = await testAuthority();
  const good = authority.client('switch-7.example');
  const revoked = authority.client('switch-7.example');
  const stranger = (await testAuthority('another authority')).client('switch-7.example');
  const folder = newFolder();
  writeFileSync(join(folder, 'ca.pem'), authority.caPem);
  writeFileSync(join(folder, 'crl.pem'), authority.crl([revoked.certPem]));
  await using house: TestHouse = await startHouse(CONFIGURATION, { folder });
  const withPair = ({ certPem, keyPem }: typeof good) => ({ cert: certPem, key: keyPem });

  await using client = await SecureFtp.explicit(house.port, withPair(good));
  await client.expect(331, 'USER switch');
  await client.expect(230, 'PASS anything');
  await client.expect(331, 'USER other');
  await client.expect(530, 'PASS anything');
  assert.deepEqual((await house.event('secured')).certificateNames, ['switch-7.example']);

  for (const [tls, why] of [
    [{}, /showed no certificate/],
    [withPair(revoked), /revoked/i],
    [withPair(stranger), /certificate is not accepted/],
  ] as const) {
    // Under TLS 1.3 the client thinks that it is in before the server has judged its certificate.
    const attempt = await SecureFtp.explicit(house.port, tls).catch(() => undefined);
    await attempt?.closed();
    await house.event('session-closed', ({ reason }) => why.test(reason));
  }
});
