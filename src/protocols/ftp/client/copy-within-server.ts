/** Copies that a server makes by itself: SITE CPFR and CPTO, or SITE COPY, where it offers them. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import type { CallOptions } from '../../../files/file-system.ts';
import { isIntermediate, isPositive } from './failure.ts';
import { refusedAt, type Remote } from './remote.ts';

/** Long enough for a large file on a slow disk. */
const PATIENCE_MS = 30 * 60_000;

export async function copyWithinServer(
  remote: Remote,
  from: VirtualPath,
  to: VirtualPath,
  options: CallOptions = {},
): Promise<void> {
  await remote.pool.use(async (session) => {
    const first = { verb: 'SITE', argument: `CPFR ${remote.paths.toServer(from)}` };
    const found = await session.command(first, options);
    if (!isIntermediate(found)) throw refusedAt(from, found);
    const second = { verb: 'SITE', argument: `CPTO ${remote.paths.toServer(to)}` };
    const copied = await session.command(second, { ...options, patienceMs: PATIENCE_MS });
    if (!isPositive(copied)) throw refusedAt(to, copied);
  }, options);
}
