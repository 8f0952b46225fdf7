/** Versions of Cisco IOS and IOS XE in their three spellings: as shown, as in file names, and with zeros before numbers. */

/** `ios` is `15.1(4)M4`; `xe` is `17.3.1`, from 16.1 on. */
export type VersionScheme = 'ios' | 'xe';

export interface ImageVersion {
  readonly scheme: VersionScheme;
  /** As the IOS line of `show version` has it: `15.1(4)M4`, `17.3.1a`. */
  readonly shown: string;
  /** As file names have it: `151-4.M4`, `17.03.01a`; of XE also what the IOS XE line of `show version` has. */
  readonly inFileName: string;
}

const MAX_CHARACTERS = 40;
/** `15.1(4)M4`, `12.3(26)`, `12.2(55)SE12`, `15.2(7)E0s`, `15.1(4r)T`. */
const IOS = /^(\d{2})\.(\d)\((\d{1,3}[a-z]?(?:\.\d{1,3})?)\)([A-Z]{0,4}\d{0,3}[a-z]?)$/;
const IOS_IN_FILE_NAME = /^(\d{2})(\d)-(\d{1,3}[a-z]?(?:\.\d{1,3})?)(?:\.([A-Z]{1,4}\d{0,3}[a-z]?))?$/;
const XE = /^(\d{2})\.(\d{1,2})\.(\d{1,2})([a-z]{0,2})$/;

const iosVersion = ([major = '', minor = '', maintenance = '', train = '']: readonly string[]): ImageVersion => ({
  scheme: 'ios',
  shown: `${major}.${minor}(${maintenance})${train}`,
  inFileName: `${major}${minor}-${maintenance}${train === '' ? '' : `.${train}`}`,
});

const xeVersion = ([major = '', minor = '', maintenance = '', rebuild = '']: readonly string[]): ImageVersion => ({
  scheme: 'xe',
  shown: `${major}.${Number(minor)}.${Number(maintenance)}${rebuild}`,
  inFileName: `${major}.${minor.padStart(2, '0')}.${maintenance.padStart(2, '0')}${rebuild}`,
});

/** Reads a version in any of its spellings; `undefined` for other text. */
export function parseImageVersion(text: string): ImageVersion | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const ios = IOS.exec(text) ?? IOS_IN_FILE_NAME.exec(text);
  if (ios !== null) return iosVersion(ios.slice(1));
  const xe = XE.exec(text);
  return xe === null ? undefined : xeVersion(xe.slice(1));
}

/** By major and minor number, the first release that bears the name; `show version` has it in brackets. */
const XE_NAMES: readonly (readonly [major: number, minor: number, name: string])[] = [
  [17, 13, 'IOSXE'],
  [17, 10, 'Dublin'],
  [17, 7, 'Cupertino'],
  [17, 4, 'Bengaluru'],
  [17, 1, 'Amsterdam'],
  [16, 10, 'Gibraltar'],
  [16, 7, 'Fuji'],
  [16, 4, 'Everest'],
  [16, 1, 'Denali'],
];

/** `Amsterdam` for 17.3.1; `undefined` for versions that have no name. */
export function xeReleaseName({ scheme, shown }: ImageVersion): string | undefined {
  if (scheme !== 'xe') return undefined;
  const [major = 0, minor = 0] = shown.split('.').map((part) => Number.parseInt(part, 10));
  return XE_NAMES.find(([from, first]) => major > from || (major === from && minor >= first))?.[2];
}
