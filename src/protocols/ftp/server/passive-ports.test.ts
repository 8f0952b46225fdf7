import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { type Lessee, PassivePortPool } from './passive-ports.ts';

const busy: Lessee = { idleSince: () => undefined, release: () => undefined };
const nobody = (): void => undefined;

test('a port that another program has is passed over; when none is left there is none', async () => {
  await using other = createServer();
  other.listen(0, '127.0.0.1');
  await once(other, 'listening');
  const { port } = other.address() as { port: number };
  const pool = new PassivePortPool({ first: port, last: port }, () => 0);
  assert.equal(await pool.lease('127.0.0.1', busy, nobody), undefined);
});

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  await using server = createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
}

test('when all ports are lent, one that is idle is taken back', async () => {
  const port = await freePort();
  const pool = new PassivePortPool({ first: port, last: port }, () => 0);
  const idle: Lessee = {
    idleSince: () => 1,
    release() {
      lent?.server.close();
      pool.returned(port);
    },
  };
  const lent = await pool.lease('127.0.0.1', idle, nobody);
  assert.equal(lent?.port, port);
  const again = await pool.lease('127.0.0.1', busy, nobody);
  assert.equal(again?.port, port);
  assert.equal(await pool.lease('127.0.0.1', busy, nobody), undefined, 'a port in use is never taken back');
  again.server.close();
});

test('ports are drawn, not counted', async () => {
  const draws: number[] = [];
  const pool = new PassivePortPool(undefined, (below) => {
    const draw = Math.floor(Math.random() * below);
    draws.push(draw);
    return draw;
  });
  const ports: number[] = [];
  for (let index = 0; index < 20; index++) {
    const listener = await pool.lease('127.0.0.1', busy, nobody);
    assert.ok(listener);
    ports.push(listener.port);
    listener.server.close();
    pool.returned(listener.port);
  }
  const steps = new Set(ports.slice(1).map((port, index) => port - (ports[index] ?? 0)));
  assert.ok(steps.size > 10, `steps between ports: ${[...steps].join(' ')}`);
  assert.ok(draws.length >= 20);
});

test('a port whose listen fails is not lost', async () => {
  const port = await freePort();
  const pool = new PassivePortPool({ first: port, last: port }, () => 0);
  // TEST-NET-3 is no address of this machine.
  await assert.rejects(pool.lease('203.0.113.1', busy, nobody), { code: 'EADDRNOTAVAIL' });
  assert.equal(pool.holds(port), false);
  const listener = await pool.lease('127.0.0.1', busy, nobody);
  assert.equal(listener?.port, port);
  listener.server.close();
});
