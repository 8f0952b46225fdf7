/** The beginning of what a server's source sends: times where there are any, and the file or directory that was asked for. */
import { baseName, ROOT, type VirtualPath } from '../../../base/virtual-path.ts';
import { printable } from '../../../base/escape.ts';
import { FileError } from '../../../files/error.ts';
import type { Entry } from '../../../files/file-system.ts';
import { notScp } from './failure.ts';
import type { Line, ScpRecord } from '../wire/record.ts';
import type { Program } from './program.ts';
import type { Remote } from './remote.ts';

export type Times = ScpRecord & { readonly kind: 'times' };
export type Announced = ScpRecord & { readonly kind: 'file' | 'directory' };

export interface Beginning {
  readonly record: Announced;
  readonly times: Times | undefined;
}

/** What a line means where an item is to begin; throws what the server refuses, or what is no item. */
function expectItem(program: Program, path: VirtualPath, line: Line): Announced | Times {
  switch (line.kind) {
    case 'file':
    case 'directory':
    case 'times':
      return line;
    case 'warning':
    case 'fatal':
      throw program.refusedBy(line.text);
    case 'end':
    case 'malformed':
      throw broken(path, line);
  }
}

/** The server does not keep to SCP. A name that would lead elsewhere is worse than a mistake (CVE-2018-20685, CVE-2000-0992). */
export function broken(path: VirtualPath, line: Line): FileError {
  if (line.kind !== 'malformed') return new FileError('protocol', path, { detail: 'the server ends what never began' });
  if (line.why !== 'unexpected filename') return notScp(path, line.text, undefined);
  const shown = printable(line.text).slice(0, 200);
  const detail = `the server sends a name that would lead elsewhere: “${shown}”`;
  return new FileError('unsafe', path, { detail, reply: line.text });
}

/**
 * A server may send another file than the one that was asked for (CVE-2019-6111). Names here are made of what was asked
 * for and of nothing else; the difference is refused all the same. Devices spell names in their own way.
 */
function confirmName({ dialect }: Remote, program: Program, path: VirtualPath, name: string): void {
  const asked = baseName(path);
  if (asked === '' || name === asked) return;
  const sentence = `the server sends “${printable(name)}” where “${printable(asked)}” was asked for`;
  if (dialect === 'device') program.note(sentence);
  else throw new FileError('unsafe', path, { detail: sentence });
}

/** A directory that has no name of its own is called `.` by some, and nothing by others; it is the one that was asked for. */
function named(path: VirtualPath, line: Line): Line {
  if (line.kind !== 'malformed' || path !== ROOT) return line;
  const [, mode] = /^D([0-7]{4}) 0 [./]?$/.exec(line.text) ?? [];
  return mode === undefined ? line : { kind: 'directory', mode: Number.parseInt(mode, 8), name: '' };
}

/** The item that a source begins with. It waits for an answer then. */
export async function readBeginning(remote: Remote, program: Program, path: VirtualPath): Promise<Beginning> {
  let times: Times | undefined;
  for (;;) {
    const line = expectItem(program, path, named(path, await program.line()));
    if (line.kind !== 'times') {
      confirmName(remote, program, path, line.name);
      return { record: line, times };
    }
    if (times !== undefined) throw new FileError('protocol', path, { detail: 'the server tells times twice' });
    times = line;
    await program.acknowledge();
  }
}

export function entryOf(name: string, { record, times }: Beginning): Entry {
  return {
    name,
    type: record.kind,
    sizeBytes: record.kind === 'file' ? record.sizeBytes : 0,
    mode: record.mode,
    modifiedMs: times?.modifiedMs ?? 0,
    ...(times === undefined ? {} : { modifiedPrecision: 'second', accessedMs: times.accessedMs }),
  };
}
