/** The client before servers that others wrote, over TLS 1.2 and 1.3: data connections that resume, six of them in a row. */
import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import type { ClientEvent } from '../../src/observe/client-event.ts';
import { openSession } from '../../src/protocols/ftp/client/open-session.ts';
import { testAuthority } from '../support/certificates.ts';
import { fetchAll, storeAll } from '../support/meet-scripted.ts';
import { needsPeer } from '../support/peers/packages.ts';
import { PEERS } from '../support/peers/peers.ts';
import { type RunningPeer, startPeer } from '../support/peers/start-peer.ts';
import { sampleBytes } from '../support/tree.ts';

const CONTENT = sampleBytes(300_001);
/** Uploads and downloads in turn. */
const ROUNDS = 3;

const authority = await testAuthority();
const certificate = authority.server(['127.0.0.1']);

for (const peer of PEERS)
  describe(`the client before ${peer.name}`, needsPeer(peer), () => {
    let started: Promise<RunningPeer> | undefined;
    const running = (): Promise<RunningPeer> => (started ??= startPeer(peer, { tls: certificate }));
    after(async () => (await started)?.[Symbol.asyncDispose]());

    for (const version of ['TLSv1.2', 'TLSv1.3'] as const)
      test(`${version}: six transfers, encrypted${peer.demandsResumption ? ', each of which must resume' : ''}`, async () => {
        const server = await running();
        const events: ClientEvent[] = [];
        await using session = await openSession(
          {
            ...server.account,
            host: server.host,
            port: server.port,
            security: 'explicit',
            tls: { ca: authority.caPem, minVersion: version, maxVersion: version },
            observe: (event) => void events.push(event),
          },
          1,
        );
        const path = `${server.home === '/' ? '' : server.home}/${version}`;
        for (let round = 0; round < ROUNDS; round += 1) {
          const name = `${path}-${round}`;
          await storeAll(session, CONTENT, name);
          assert.deepEqual(await fetchAll(session, name), CONTENT);
        }
        const opened = events.flatMap((event) => (event.kind === 'data-opened' ? [event.secured] : []));
        assert.deepEqual(new Set(opened.map((secured) => secured?.version)), new Set([version]));
        assert.equal(opened.length, 2 * ROUNDS);
        if (peer.demandsResumption) assert.ok(opened.every((secured) => secured?.resumed === 'yes'));
      });
  });
