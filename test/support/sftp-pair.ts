/** A client's channel to our own SFTP server, within the process. */
import { PassThrough } from 'node:stream';
import type { Account } from '../../src/accounts/account.ts';
import { permissionsOf } from '../../src/accounts/permission.ts';
import { systemClock } from '../../src/base/clock.ts';
import { ROOT } from '../../src/base/virtual-path.ts';
import type { FileSystem } from '../../src/files/file-system.ts';
import type { ServerEvent } from '../../src/observe/event.ts';
import { SessionActivity } from '../../src/observe/session-activity.ts';
import { serveSftp } from '../../src/protocols/sftp/server/serve-sftp.ts';
import type { SftpSession } from '../../src/protocols/sftp/server/session-options.ts';
import type { ServedChannel } from '../../src/protocols/ssh/channel/byte-channel.ts';
import { StreamChannel } from '../../src/protocols/ssh/channel/stream-channel.ts';

export interface ChannelPair {
  readonly client: StreamChannel;
  readonly server: ServedChannel;
  /** What the program has said on standard error. */
  readonly complaints: readonly string[];
  /** Its exit status. */
  readonly exited: Promise<number>;
}

/** Two ends of one channel. */
export function channelPair(): ChannelPair {
  const [up, down] = [new PassThrough(), new PassThrough()];
  const exited = Promise.withResolvers<number>();
  const complaints: string[] = [];
  const bytes = new StreamChannel({ incoming: up, outgoing: down });
  const server: ServedChannel = {
    read: () => bytes.read(),
    write: (data) => bytes.write(data),
    end: () => bytes.end(),
    destroy() {
      bytes.destroy();
      exited.resolve(-1);
    },
    complain: (text) => void complaints.push(text),
    exit(status) {
      exited.resolve(status);
      bytes.end();
    },
  };
  return { client: new StreamChannel({ incoming: down, outgoing: up }), server, complaints, exited: exited.promise };
}

export const testAccount = (files: FileSystem): Account => ({
  name: 'u',
  files,
  permissions: permissionsOf('read-write'),
  anonymous: false,
});

export type SessionParts = Partial<SftpSession> & { readonly events?: ServerEvent[] };

export const testSession = (files: FileSystem, { events, ...parts }: SessionParts = {}): SftpSession => ({
  account: testAccount(files),
  origin: { protocol: 'sftp', session: '1', peer: '192.0.2.1:5000' },
  observe: (event) => void events?.push(event),
  clock: systemClock,
  activity: new SessionActivity(systemClock),
  uploadOwner: 'u',
  access: 'read-write',
  startDirectory: ROOT,
  beginTransfer: () => ({ outcome: 'admitted', leave: () => undefined }),
  signal: new AbortController().signal,
  ...parts,
});

/** The client's end of a channel on which these files are served. */
export function servedOver(files: FileSystem, parts: SessionParts = {}): StreamChannel {
  const { client, server } = channelPair();
  void serveSftp(server, testSession(files, parts));
  return client;
}
