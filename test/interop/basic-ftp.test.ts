/** basic-ftp, the client that most programs in Node use, against our FTP server. */
import { Client } from 'basic-ftp';
import { join } from 'node:path';
import { readFileSync } from 'node:fs';
import { ENCRYPTIONS, interop, type Meeting } from '../support/interop.ts';

async function withClient<T>(
  meeting: Meeting,
  act: (client: Client, home: (name: string) => string) => Promise<T>,
): Promise<T> {
  const client = new Client(10_000);
  const { host, port, encryption, home } = meeting;
  const secure = encryption === undefined ? false : encryption.start === 'implicit' ? 'implicit' : true;
  const trust = encryption === undefined ? {} : { secureOptions: { ca: readFileSync(encryption.caFile) } };
  try {
    await client.access({ host, port, user: 'u', password: 'p', secure, ...trust });
    return await act(client, (name) => join(home, name));
  } finally {
    client.close();
  }
}

interop({
  program: 'node',
  families: [4, 6],
  modes: ['passive'],
  encryptions: ENCRYPTIONS,
  get: (meeting, { local, remote }) => withClient(meeting, (client, at) => client.downloadTo(at(local), remote)),
  put: (meeting, { local, remote }) => withClient(meeting, (client, at) => client.uploadFrom(at(local), remote)),
  append: (meeting, { local, remote }) => withClient(meeting, (client, at) => client.appendFrom(at(local), remote)),
  list: (meeting) => withClient(meeting, async (client) => (await client.list()).map(({ name }) => name).join('\n')),
});
