/** Standard input and output as a channel on which a server is spoken to: under an sshd, or under a client's own wish. */
import process from 'node:process';
import type { ServedChannel } from '../protocols/ssh/channel/byte-channel.ts';
import { StreamChannel } from '../protocols/ssh/channel/stream-channel.ts';

export interface StdioChannel extends ServedChannel {
  /** The exit status, when all that was written has gone. */
  readonly exited: Promise<number>;
}

export function stdioChannel(): StdioChannel {
  const bytes = new StreamChannel({ incoming: process.stdin, outgoing: process.stdout });
  const exited = Promise.withResolvers<number>();
  return {
    exited: exited.promise,
    read: () => bytes.read(),
    write: (data) => bytes.write(data),
    end: () => bytes.end(),
    destroy() {
      bytes.destroy();
      exited.resolve(1);
    },
    complain: (text) => void process.stderr.write(text),
    exit(status) {
      // Written bytes first: the process ends behind this.
      bytes.write(new Uint8Array()).then(
        () => exited.resolve(status),
        () => exited.resolve(status),
      );
    },
  };
}
