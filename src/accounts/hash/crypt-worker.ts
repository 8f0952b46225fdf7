/** The thread that computes what Node has not built in; started by `crypt-thread.ts`. */
import { parentPort } from 'node:worker_threads';
import { hashSync } from 'bcryptjs';
import { decodeName } from '../../base/name.ts';
import { computeSha512Crypt } from './compute-sha512-crypt.ts';
import type { CryptRequest } from './scheme.ts';

export interface Numbered {
  readonly id: number;
}

const COMPUTE: Readonly<Record<CryptRequest['scheme'], (password: Uint8Array, setting: string) => string>> = {
  // bcryptjs takes text only; a password that is not UTF-8 does not fit any bcrypt hash here.
  bcrypt: (password, setting) => hashSync(decodeName(password), setting),
  'sha512-crypt': computeSha512Crypt,
};

parentPort?.on('message', ({ id, scheme, password, setting }: CryptRequest & Numbered) => {
  parentPort?.postMessage({ id, computed: COMPUTE[scheme](password, setting) });
});
