/** The doctor at servers that others wrote: what is well there, and what each of them lacks. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { doctor, type Examination } from '../../src/app/doctor/doctor.ts';
import type { Topic } from '../../src/app/doctor/finding.ts';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { testAuthority } from '../support/certificates.ts';
import { needsPeer } from '../support/peers/packages.ts';
import { PEERS } from '../support/peers/peers.ts';
import { startPeer } from '../support/peers/start-peer.ts';

/** What each lacks, beside what all have. */
const LACKS: ReadonlyMap<string, readonly Topic[]> = new Map([
  // No MLST, no MFMT.
  ['vsftpd', ['features']],
  // Under TLS 1.3 its data connections begin sessions of their own.
  ['pure-ftpd', ['tls-1.3']],
]);

const topicsOf = ({ findings }: Examination, ...verdicts: string[]): readonly Topic[] =>
  findings.filter(({ verdict }) => verdicts.includes(verdict)).map(({ topic }) => topic);

for (const peer of PEERS)
  test(
    `${peer.name}: both modes, TLS that data connections resume, a file there and back`,
    needsPeer(peer),
    async () => {
      const authority = await testAuthority();
      await using running = await startPeer(peer, { tls: authority.server(['localhost', '127.0.0.1']) });
      const { host, port, account } = running;
      const examination = await doctor({
        connection: {
          host,
          port,
          user: account.user,
          password: account.password,
          security: 'explicit',
          tls: { ca: authority.caPem },
          timeouts: { connectMs: 2_000 },
        },
        path: resolvePath(ROOT, running.home),
        random: '42',
        writeTest: 'yes',
      });
      assert.deepEqual(topicsOf(examination, 'problem'), [], JSON.stringify(examination.findings, undefined, 1));
      assert.deepEqual(topicsOf(examination, 'warning'), LACKS.get(peer.name) ?? []);
      const good = topicsOf(examination, 'ok');
      for (const topic of ['login', 'epsv', 'pasv', 'listing', 'tls-1.2', 'write-test'] as const)
        assert.ok(good.includes(topic), `${topic} is not well`);
    },
  );
