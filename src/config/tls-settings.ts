/** How encryption is settled: the file's `tls`, each listener's own wishes, and the flags. */
import { resolve } from 'node:path';
import type { FlagSettings } from './flags.ts';
import type { ListenUrl } from './listen-url.ts';
import { pathIn, type Origin } from './origin.ts';
import { present } from './present.ts';
import { problemText, type Problem } from './problem.ts';
import type { FileContents } from './schema/file.ts';
import type { CertificateSettings, ListenerSettings, TlsDemandSettings, TlsSettings } from './serve-settings.ts';

type WrittenTls = NonNullable<FileContents['tls']>;

/** A listener as it was asked for, by the file or by a flag. */
export type AskedListener = NonNullable<FileContents['listeners']>[number];

function certificateOf(origin: Origin, flags: FlagSettings, cwd: string): CertificateSettings | undefined {
  if (flags.certificate !== undefined) {
    const certificate = resolve(cwd, flags.certificate);
    return { certificate, key: resolve(cwd, flags.key ?? flags.certificate), where: '--certificate' };
  }
  const { certificate, key } = origin.contents.tls ?? {};
  const path = pathIn(origin, certificate);
  if (path === undefined) return undefined;
  return { certificate: path, key: pathIn(origin, key) ?? path, where: origin.placeOf('tls', 'certificate') };
}

const namesOf = (origin: Origin, { names = [] }: WrittenTls): TlsSettings['names'] =>
  names.map(({ hosts, certificate, key }, index) => {
    const path = resolve(origin.directory, certificate);
    const where = origin.placeOf('tls', 'names', index, 'certificate');
    return { hosts, certificate: path, key: pathIn(origin, key) ?? path, where };
  });

export function tlsSettingsOf(origin: Origin, flags: FlagSettings, cwd: string): TlsSettings {
  const written = origin.contents.tls ?? {};
  return {
    names: namesOf(origin, written),
    minVersion: written.minVersion ?? 'TLSv1.2',
    maxVersion: written.maxVersion ?? 'TLSv1.3',
    clearControl: written.clearControl ?? 'refused',
    ...present('certificate', certificateOf(origin, flags, cwd)),
    ...present('ca', pathIn(origin, written.ca)),
    ...present('crl', pathIn(origin, written.crl)),
    ...present('ciphers', written.ciphers),
  };
}

type ListenerTls = Pick<ListenerSettings, 'tls' | 'tlsChoice' | 'dataBinding' | 'clientCertificates'>;

/** The flag speaks of `ftp://`; `ftps://` is never less than encrypted. */
function flagFor({ protocol }: ListenUrl, { tls }: FlagSettings): FlagSettings['tls'] {
  return protocol === 'ftps' && (tls === 'off' || tls === 'offered') ? undefined : tls;
}

/** What must be encrypted when nobody says it: `ftps://` promises all, and a certificate is shown over TLS only. */
function demandOf(
  { protocol }: ListenUrl,
  clientCertificates: ListenerSettings['clientCertificates'],
): TlsDemandSettings {
  if (protocol === 'ftps') return 'data';
  return clientCertificates === 'required' ? 'login' : 'offered';
}

/** TFTP has no encryption, and SSH has its own. */
const isWithoutTls = ({ protocol }: ListenUrl): boolean => protocol === 'tftp' || protocol === 'sftp';

const WITHOUT_TLS: ListenerTls = {
  tls: 'off',
  tlsChoice: 'asked',
  dataBinding: 'off',
  clientCertificates: 'off',
};

/** TLS is offered wherever there is any unless somebody says otherwise, and demanded where a certificate is. */
export function listenerTlsOf(listener: AskedListener, { contents }: Origin, flags: FlagSettings): ListenerTls {
  if (isWithoutTls(listener.url)) return WITHOUT_TLS;
  const common = contents.tls ?? {};
  const clientCertificates = listener.clientCertificates ?? common.clientCertificates ?? 'off';
  const asked = flagFor(listener.url, flags) ?? listener.tls;
  const tls = asked ?? demandOf(listener.url, clientCertificates);
  const isWanted = [asked, contents.tls, flags.certificate].some((wish) => wish !== undefined);
  return {
    tls,
    tlsChoice: isWanted || tls !== 'offered' ? 'asked' : 'default',
    dataBinding: listener.dataBinding ?? common.dataBinding ?? 'auto',
    clientCertificates,
  };
}

const CA_NEEDED = 'needs tls.ca, the file with the authorities that client certificates come from';
const TLS_NEEDED = 'cannot be required where tls is only offered: say tls: login';

/** What is wrong with how a listener asks for certificates of clients. */
function certificateFlaws({ tls, clientCertificates }: ListenerSettings, ca: string | undefined): string[] {
  if (tls === 'off' || clientCertificates === 'off') return [];
  const flaws = ca === undefined ? [CA_NEEDED] : [];
  return clientCertificates === 'required' && tls === 'offered' ? [...flaws, TLS_NEEDED] : flaws;
}

/** What each listener for itself may say, but not together with the rest. */
export function tlsProblems(
  { contents, placeOf }: Origin,
  flags: FlagSettings,
  listeners: readonly ListenerSettings[],
): Problem[] {
  const fromFile = flags.listen.length > 0 ? [] : (contents.listeners ?? []);
  const problems = listeners.flatMap((listener, index) => {
    const isOwn = fromFile[index]?.clientCertificates !== undefined;
    const keys = isOwn ? ['listeners', index, 'clientCertificates'] : ['tls', 'clientCertificates'];
    return certificateFlaws(listener, contents.tls?.ca).map((what): Problem => ({ where: placeOf(...keys), what }));
  });
  const isClear = flags.tls === 'off' || flags.tls === 'offered';
  if (isClear && listeners.every(({ protocol }) => protocol === 'ftps'))
    problems.push({ where: '--tls', what: `cannot be ${flags.tls}: ftps:// is encrypted from the first byte` });
  // Several listeners may be wrong in the same way by the same key.
  return [...new Map(problems.map((problem) => [problemText(problem), problem])).values()];
}
