/** Hashes that a server computes: HASH (draft-bryan-ftpext-hash) and the X-commands that came before it. */
import type { VirtualPath } from '../../../base/virtual-path.ts';
import { FileError } from '../../../files/error.ts';
import type { CallOptions, HashAlgorithm, Hashing } from '../../../files/file-system.ts';
import { isPositive } from './failure.ts';
import { lookAt, whyRefused } from './look.ts';
import { at, has, refusedAt, type Remote } from './remote.ts';
import type { FtpReply, FtpSession } from './session.ts';

interface Row {
  /** The name in HASH and OPTS HASH. */
  readonly name: string;
  readonly digits: number;
  readonly verbs: readonly string[];
}

const ROWS: Readonly<Record<HashAlgorithm, Row>> = {
  crc32: { name: 'CRC32', digits: 8, verbs: ['XCRC'] },
  md5: { name: 'MD5', digits: 32, verbs: ['XMD5'] },
  sha1: { name: 'SHA-1', digits: 40, verbs: ['XSHA1', 'XSHA'] },
  sha256: { name: 'SHA-256', digits: 64, verbs: ['XSHA256'] },
  sha512: { name: 'SHA-512', digits: 128, verbs: ['XSHA512'] },
};

/** Long enough for a large image on a slow disk. */
const PATIENCE_MS = 30 * 60_000;

type Way = { readonly by: 'HASH'; readonly name: string } | { readonly by: 'verb'; readonly verb: string };

function wayOf(remote: Remote, { name, verbs }: Row): Way | undefined {
  const verb = verbs.find((one) => has(remote, one));
  if (verb !== undefined) return { by: 'verb', verb };
  const offered = (remote.server.features.get('HASH') ?? '').split(';').map((one) => one.trim().replace(/\*$/, ''));
  return offered.includes(name) ? { by: 'HASH', name } : undefined;
}

async function ask(session: FtpSession, way: Way, argument: string, options: CallOptions): Promise<FtpReply> {
  const patient = { ...options, patienceMs: PATIENCE_MS };
  if (way.by === 'verb') return await session.command({ verb: way.verb, argument }, patient);
  const chosen = await session.command({ verb: 'OPTS', argument: `HASH ${way.name}` }, options);
  return isPositive(chosen) ? await session.command({ verb: 'HASH', argument }, patient) : chosen;
}

/** The hash in a reply: digits of the right number standing alone; a CRC may have lost zeros in front. */
function hashIn({ lines }: FtpReply, digits: number): string | undefined {
  const words = lines.join(' ').split(/[\s"]+/);
  const isHash = (word: string): boolean => /^[0-9a-f]+$/i.test(word) && word.length === digits;
  const found = words.find(isHash) ?? (digits === 8 ? words.find((word) => /^[0-9a-f]{1,8}$/i.test(word)) : undefined);
  return found?.toLowerCase().padStart(digits, '0');
}

/** What the server can compute; `undefined` when that is nothing. */
export function remoteHashing(remote: Remote): Hashing | undefined {
  const ways = new Map<HashAlgorithm, Way>();
  for (const algorithm of Object.keys(ROWS) as HashAlgorithm[]) {
    const way = wayOf(remote, ROWS[algorithm]);
    if (way !== undefined) ways.set(algorithm, way);
  }
  if (ways.size === 0) return undefined;
  return {
    algorithms: new Set(ways.keys()),
    of: (path, algorithm, options = {}) =>
      hashOf(remote, path, { way: ways.get(algorithm), ...ROWS[algorithm] }, options),
  };
}

interface Wanted extends Row {
  readonly way: Way | undefined;
}

async function hashOf(remote: Remote, path: VirtualPath, wanted: Wanted, options: CallOptions): Promise<string> {
  const { way, name, digits } = wanted;
  if (way === undefined) throw new FileError('unsupported', path, { detail: `the server does not compute ${name}` });
  try {
    const reply = await remote.pool.useAgain(async (session) => {
      await session.useImageType(options);
      return await ask(session, way, remote.paths.toServer(path), options);
    }, options);
    if (!isPositive(reply)) {
      const entry = await lookAt(remote, path, options);
      throw entry === undefined ? await whyRefused(remote, path, reply, options) : refusedAt(path, reply);
    }
    const hash = hashIn(reply, digits);
    if (hash === undefined) throw new FileError('protocol', path, { detail: `the server gives no ${name}` });
    return hash;
  } catch (error) {
    throw at(path, error);
  }
}
