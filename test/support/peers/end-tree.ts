/** Ends a server and every process of its sessions, of which some may end by themselves meanwhile. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import process from 'node:process';
import { processTree } from '../../../bench/process-tree.ts';

/**
 * Kills a child that was started `detached`, its group, and its descendants that made groups of their own, and
 * waits for the child's end.
 */
export async function endTree(child: ChildProcess): Promise<void> {
  if (child.pid === undefined) return;
  const ended = child.exitCode === null && child.signalCode === null ? once(child, 'exit') : undefined;
  for (const { pid } of processTree(child.pid)) kill(pid);
  kill(-child.pid);
  await ended;
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone already.
  }
}
