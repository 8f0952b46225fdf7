/** What measurements of FTPS need besides a server: a client that speaks TLS, and a certificate for all servers. */
import { execFile } from 'node:child_process';
import { chmod, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { buildLoadClient } from './load-client.ts';

const run = promisify(execFile);

/** Paths of PEM files. Made anew for each run, trusted by nobody. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
  /** Both in one file, as Pure-FTPd wants them. */
  readonly together: string;
}

export interface FtpsKit {
  /** The compiled client. */
  readonly loadProgram: string;
  readonly certificate: Certificate;
}

/** With files in `folder`; or the sentence that says why FTPS is left out. */
export async function prepareFtps(folder: string): Promise<FtpsKit | { readonly absent: string }> {
  try {
    return { loadProgram: await buildLoadClient('ftps-load'), certificate: await makeCertificate(folder) };
  } catch (error) {
    const [first] = (error instanceof Error ? error.message : String(error)).split('\n', 1);
    const remedy = 'install its program and headers (Debian: apt-get install openssl libssl-dev)';
    return { absent: `FTPS is left out: its client and certificate need OpenSSL; ${remedy}. It said: ${first}` };
  }
}

/** An ECDSA P-256 certificate. */
async function makeCertificate(folder: string): Promise<Certificate> {
  const files: Certificate = {
    certificate: join(folder, 'certificate.pem'),
    key: join(folder, 'key.pem'),
    together: join(folder, 'together.pem'),
  };
  // prettier-ignore
  await run('openssl', [
    'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes',
    '-days', '30', '-subj', '/CN=localhost', '-keyout', files.key, '-out', files.certificate,
  ]);
  await writeFile(files.together, [await readFile(files.key), await readFile(files.certificate)]);
  // ProFTPD and others refuse a key that everyone may read.
  for (const secret of [files.key, files.together]) await chmod(secret, 0o600);
  return files;
}
