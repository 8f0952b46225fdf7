/** OpenSSH's scp as a peer over pipes: its far end for our client, and its near end for ours, with no SSH between. */
import { spawn } from 'node:child_process';
import { chmod, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { RemoteProgram } from '../../src/protocols/ssh/channel/byte-channel.ts';
import { StreamChannel } from '../../src/protocols/ssh/channel/stream-channel.ts';

/** Runs each command line in a shell in this folder, as sshd would. */
export function shellExec(cwd: string): (command: Uint8Array) => Promise<RemoteProgram> {
  return async (bytes) => {
    const child = spawn('sh', ['-c', Buffer.from(bytes).toString()], { cwd });
    const channel = new StreamChannel({ incoming: child.stdout, outgoing: child.stdin });
    let complaints = Buffer.alloc(0);
    child.stderr.on('data', (piece: Buffer) => (complaints = Buffer.concat([complaints, piece]).subarray(0, 8192)));
    const { promise, resolve: told } = Promise.withResolvers<number | undefined>();
    child.on('close', (code) => told(code ?? undefined));
    return {
      read: () => channel.read(),
      write: (piece) => channel.write(piece),
      end: () => channel.end(),
      destroy: () => channel.destroy(),
      get complaints() {
        return complaints;
      },
      exited: promise,
    };
  };
}

const PORTCALL = resolve(import.meta.dirname, '../../bin/portcall.js');

/** A program for `scp -S`: instead of reaching a host it runs what is asked for here, by our `portcall scp`. */
export async function portcallWrapper(folder: string): Promise<string> {
  const path = join(folder, 'wrapper');
  const script = [
    '#!/bin/sh',
    // The host and the options of ssh come first; the command is the last word.
    'for command; do :; done',
    `exec '${process.execPath}' '${PORTCALL}' scp --root '${folder}' --command "$command"`,
    '',
  ];
  await writeFile(path, script.join('\n'));
  await chmod(path, 0o755);
  return path;
}
