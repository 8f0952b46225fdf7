/** basic-ftp as a program: PORT USER PASSWORD none|tls get|put|getAll|putAll LOCAL REMOTE. */
import { Client } from 'basic-ftp';

const [port = '', user = '', password = '', protection = '', verb = '', local = '', remote = ''] =
  process.argv.slice(2);

const client = new Client();
try {
  await client.access({
    host: '127.0.0.1',
    port: Number(port),
    user,
    password,
    secure: protection === 'tls',
    secureOptions: { rejectUnauthorized: false },
  });
  if (verb === 'get') await client.downloadTo(local, remote);
  else if (verb === 'put') await client.uploadFrom(local, remote);
  else if (verb === 'getAll') await client.downloadToDir(local, remote);
  else await client.uploadFromDir(local, remote);
} finally {
  client.close();
}
