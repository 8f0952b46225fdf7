/** Bundles of IOS XE: which packages lie where in a .bin, and the packages.conf that a device boots from once they are expanded. */
import { createHash } from 'node:crypto';
import { HeadWindow } from './byte-window.ts';
import { type BundlePackage, HEAD_BYTES } from './image-head.ts';
import { announcedSize } from './image-trailer.ts';
import { MarkerScanner } from './marker-scanner.ts';

const PACKAGE = /^([\w][\w.-]{0,120}\.pkg) (\d{1,15}) (\d{1,15})$/;
const MAX_PACKAGE_NAMES = 128;
/** The first line, by which a packages.conf is known. */
export const PACKAGES_CONF_BEGINNING = '#! /usr/binos/bin/packages_conf.sh';

function readPackage(value: string): BundlePackage | undefined {
  const [, name, offset, size] = PACKAGE.exec(value) ?? [];
  return name === undefined ? undefined : { name, offset: Number(offset), sizeBytes: Number(size) };
}

/** One behind the other, each once, and none beyond the end. */
function areInOrder(packages: readonly BundlePackage[], sizeBytes: number): boolean {
  let end = HEAD_BYTES;
  for (const each of packages) {
    if (each.offset < end) return false;
    end = each.offset + each.sizeBytes;
  }
  return end <= sizeBytes && new Set(packages.map(({ name }) => name)).size === packages.length;
}

/**
 * The packages of a bundle that Portcall made, in the order of their offsets. Reads no more than the first chunks.
 * `undefined` for files that are no such bundle: those of Cisco keep their packages in a form that is not public.
 */
export async function readBundlePackages(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<readonly BundlePackage[] | undefined> {
  const head = new HeadWindow(HEAD_BYTES);
  for await (const chunk of chunks) {
    head.push(chunk);
    if (head.bytes.length >= HEAD_BYTES) break;
  }
  const scanner = new MarkerScanner();
  scanner.push(head.bytes);
  const { values, packages } = scanner.markers;
  const read = packages.map(readPackage).filter((each) => each !== undefined);
  const sizeBytes = announcedSize(values.get('PORTCALL')) ?? 0;
  return read.length > 0 && read.length === packages.length && areInOrder(read, sizeBytes) ? read : undefined;
}

/** What a package is mounted as, by the middle of its name; others stand for themselves. */
const ROLES: ReadonlyMap<string, readonly string[]> = new Map([
  ['rpboot', ['boot   rp 0 0   rp_boot']],
  [
    'rpbase',
    ['rp_base', 'rp_daemons', 'rp_iosd', 'rp_security']
      .map((role) => `iso   rp 0 0   ${role}`)
      .concat('iso   fp 0 0   fp'),
  ],
  ['webui', ['iso   rp 0 0   rp_webui']],
  ['wlc', ['iso   rp 0 0   rp_wlc']],
  ['cc_srdriver', ['iso   cc 0 0   cc_srdriver']],
]);

const middleOf = (name: string): string => /^[^-]+-([\w-]+)\./.exec(name)?.[1] ?? name;

function linesOf(name: string): string[] {
  const middle = middleOf(name);
  const roles = middle.startsWith('mono') ? ROLES.get('rpbase') : ROLES.get(middle);
  return (roles ?? [`iso   rp 0 0   ${middle}`]).map((role) => `${role} ${name}`);
}

/** The text of a packages.conf for these files, the package to boot first, with the SHA-1 of what comes after it. */
export function makePackagesConf(names: readonly string[]): string {
  const lines = names.flatMap(linesOf).sort((a, b) => Number(b.startsWith('boot')) - Number(a.startsWith('boot')));
  const body = `\n# sha1sum above - used to verify that this file is not corrupted.\n#\n\n${lines.join('\n')}\n`;
  return `${PACKAGES_CONF_BEGINNING}\n\nsha1sum: ${createHash('sha1').update(body).digest('hex')}\n${body}`;
}

/** The files that a packages.conf names, each once; `undefined` for other text. Damage is no matter here. */
export function readPackagesConf(text: string): readonly string[] | undefined {
  if (!text.startsWith(PACKAGES_CONF_BEGINNING)) return undefined;
  const names = text.matchAll(/^(?:boot|iso) +\w+ +\d+ +\d+ +[\w-]+ +([\w][\w.-]{0,127}) *\r?$/gm);
  const found = new Set<string>();
  for (const [, name = ''] of names) if (found.size < MAX_PACKAGE_NAMES) found.add(name);
  return [...found];
}

/** Whether a packages.conf is as it was made: its SHA-1 is that of what comes after it. */
export function isPackagesConfWhole(text: string): boolean {
  const match = /^sha1sum: ([0-9a-f]{40})\n/m.exec(text);
  if (match === null) return false;
  return (
    createHash('sha1')
      .update(text.slice(match.index + match[0].length))
      .digest('hex') === match[1]
  );
}
