/** What a server's list of features (FEAT, RFC 2389) means, and what is missed in it. */
import type { ServerFeatures } from '../../protocols/ftp/client/session.ts';
import { type Finding, note, ok, warning } from './finding.ts';

/** What each feature is good for. */
const MEANING: ReadonlyMap<string, string> = new Map([
  ['MLST', 'listings for programs'],
  ['MLSD', 'listings for programs'],
  ['SIZE', 'sizes of files'],
  ['MDTM', 'times of files'],
  ['MFMT', 'setting times'],
  ['MFF', 'setting facts'],
  ['MFCT', 'setting times of creation'],
  ['REST', 'resuming'],
  ['UTF8', 'names in UTF-8'],
  ['TVFS', 'one tree with slashes'],
  ['EPSV', 'passive mode over IPv6 and NAT'],
  ['EPRT', 'active mode over IPv6'],
  ['AUTH', 'encryption'],
  ['PBSZ', 'encrypted data'],
  ['PROT', 'encrypted data'],
  ['CCC', 'a clear control connection after the login'],
  ['HASH', 'hashes of files'],
  ['RANG', 'parts of files'],
  ['HOST', 'virtual hosts'],
  ['LANG', 'languages'],
  ['CLNT', 'the client’s name'],
  ['MODE', 'compressed transfers'],
  ['AVBL', 'free space'],
  ['COMB', 'joining parts'],
  ['DSIZ', 'sizes of directories'],
  ['CPSV', 'transfers between servers'],
  ['SSCN', 'transfers between servers'],
  ['ESTA', 'addresses'],
  ['ESTP', 'addresses'],
]);
const HASHES = /^X(CRC|MD5|SHA|SHA1|SHA256|SHA512)$/;
const MAX_UNKNOWN = 20;

const meaningOf = (feature: string): string | undefined =>
  MEANING.get(feature) ?? (HASHES.test(feature) ? 'hashes of files' : undefined);

/** The names of hash algorithms that a server computes itself, as it calls them; empty when it has none. */
function hashesOf({ features }: ServerFeatures): readonly string[] {
  const listed = (features.get('HASH') ?? '').split(';').map((name) => name.replace('*', '').trim());
  const extended = [...features.keys()].filter((name) => HASHES.test(name));
  return [...listed.filter((name) => name !== ''), ...extended];
}

/** `MLST and SIZE`, `MLST, SIZE and MDTM`. */
const listOf = (names: readonly string[]): string =>
  names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1) ?? ''}`;

function overview({ features }: ServerFeatures): Finding {
  if (features.size === 0) {
    const sentence = 'The server tells of no features (FEAT)';
    return note('features', sentence, 'expect an old server: listings are guessed, times may be missing');
  }
  const known = new Set([...features.keys()].map(meaningOf).filter((meaning) => meaning !== undefined));
  const unknown = [...features.keys()].filter((name) => meaningOf(name) === undefined);
  const others = unknown.length === 0 ? '' : `; and ${unknown.slice(0, MAX_UNKNOWN).join(', ')}`;
  return note('features', `The server offers ${[...known].join(', ')}${others}`);
}

/** What the list says of listings, names, resuming, times and hashes. */
export function featureFindings(server: ServerFeatures): readonly Finding[] {
  const { features } = server;
  const has = (name: string): boolean => features.has(name);
  const hashes = hashesOf(server);
  const found: Finding[] = [overview(server)];
  const missing = ['MLST', 'SIZE', 'MDTM'].filter((name) => !has(name));
  if (features.size > 0 && missing.length > 0)
    found.push(
      warning(
        'features',
        `It does not offer ${listOf(missing)}`,
        'sizes and times come from LIST, if at all; sync by hash',
      ),
    );
  found.push(
    has('UTF8')
      ? ok('names', 'Names are UTF-8')
      : note('names', 'Nothing says how names are encoded', 'names with letters outside of ASCII may look odd'),
    /STREAM/i.test(features.get('REST') ?? '')
      ? ok('resume', 'Transfers can be resumed (REST STREAM)')
      : note(
          'resume',
          'The server does not say that transfers can be resumed',
          'try it with a file of your own: get --resume',
        ),
    has('MFMT')
      ? ok('times', 'Times of files can be read and set (MDTM, MFMT)')
      : note(
          'times',
          has('MDTM') ? 'Times of files can be read, not set (no MFMT)' : 'Times of files are known from listings only',
        ),
    hashes.length > 0
      ? ok('hash', `The server computes hashes: ${hashes.join(', ')}`)
      : note('hash', 'The server computes no hashes', '--verify then reads files back'),
  );
  return found;
}
