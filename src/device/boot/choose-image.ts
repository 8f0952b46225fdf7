/** Which image a device boots: the register, the boot list, what lies in flash, and what it says of each that fails. */
import type { RunningImage } from '../command.ts';
import type { Platform } from '../platforms/platform.ts';
import type { HardwareFacts } from '../state/hardware.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { type Spot, spotText, type Volumes } from '../state/volumes.ts';
import { imageFiles, type Loadable, loadable } from './loadable.ts';

export interface Booting {
  readonly platform: Platform;
  readonly hardware: HardwareFacts;
  readonly volumes: Volumes;
}

export type Choice =
  | { readonly outcome: 'image'; readonly image: RunningImage; readonly sizeBytes: number; readonly said: string }
  /** Nothing that can run. */
  | { readonly outcome: 'loader'; readonly said: string };

/** Bits 0 to 3 of the register. */
const bootField = (register: number): number => register & 0xf;

/** `flash0:x.bin,1;flash0:y.bin,1;` as names. */
export const bootNames = (list: string): readonly string[] =>
  list
    .split(';')
    .map((entry) => entry.replace(/,\d*$/, '').trim())
    .filter((name) => name !== '');

const SWITCH_FAILED = [
  '',
  'Interrupt within 5 seconds to abort boot process.',
  'Boot process failed...',
  '',
  'The system is unable to boot automatically.  The BOOT',
  'environment variable needs to be set to a bootable',
  'image.',
  '',
  '',
  '',
].join('\n');

const MANUAL = [
  '',
  'The system is not configured to boot automatically.  The',
  'following command will finish loading the operating system',
  'software:',
  '',
  '    boot',
  '',
  '',
  '',
].join('\n');

/** What the loader says of a file that it cannot run. */
function failureText({ platform }: Booting, name: string, found: Exclude<Loadable, { outcome: 'image' }>): string {
  if (platform.loader.kind === 'rommon') {
    if (found.outcome === 'missing')
      return `open(): Open Error = -66\nloadprog: error - on file open\nboot: cannot load "${name}"\n`;
    if (found.why === 'wrong-platform')
      return `program load complete, entry point: 0x80803000, size: 0x1b340\nError : compressed image is for a different platform\n\n*** System received a Software forced crash ***\nboot: cannot load "${name}"\n`;
    return `Self decompressing the image : ##########\nError : compressed image checksum is incorrect\n\n*** System received a Software forced crash ***\nsignal= 0x17, code= 0x5, context= 0x80016b5c\nboot: cannot load "${name}"\n`;
  }
  const why =
    found.outcome === 'missing'
      ? 'no such file or directory'
      : found.why === 'wrong-platform'
        ? 'image is not for this platform'
        : 'bad magic number or checksum';
  return `Loading "${name}"...${name}: ${why}\n\nError loading "${name}"\n`;
}

/** The file a name means; `flash:` alone is the first image there. */
async function spotFor({ volumes }: Booting, name: string): Promise<Spot | undefined> {
  const spot = volumes.resolve(name, { volume: volumes.main, path: ROOT });
  if (spot === undefined) return undefined;
  return spot.path === ROOT ? (await imageFiles(volumes))[0] : spot;
}

async function tryName(booting: Booting, name: string): Promise<Choice> {
  const spot = await spotFor(booting, name);
  const shown = spot === undefined ? name : shownAs(name, spot);
  const found: Loadable = spot === undefined ? { outcome: 'missing' } : await loadable(spot, shown, booting.platform);
  if (found.outcome === 'image') return { ...found, said: '' };
  return { outcome: 'loader', said: failureText(booting, shown, found) };
}

/** As it was asked for, where a file was. */
const shownAs = (name: string, spot: Spot): string => (/:.+/.test(name) ? name : spotText(spot).replace(':/', ':'));

async function tryAll(booting: Booting, names: readonly string[]): Promise<Choice> {
  let said = '';
  for (const name of names) {
    const choice = await tryName(booting, name);
    said += choice.said;
    if (choice.outcome === 'image') return { ...choice, said };
  }
  return { outcome: 'loader', said };
}

/** Every image of flash, oldest first, when the list has given nothing. */
async function tryFlash(booting: Booting): Promise<Choice> {
  const spots = await imageFiles(booting.volumes);
  const [first] = spots;
  if (first === undefined) {
    const { name } = booting.volumes.main.facts;
    const said = `boot: cannot determine first file name on device "${name}"\n`;
    return { outcome: 'loader', said: booting.platform.loader.kind === 'rommon' ? said : '' };
  }
  return await tryAll(
    booting,
    spots.map((spot) => spotText(spot).replace(':/', ':')),
  );
}

/** Boots one named file, as `boot flash:x` at the loader's prompt. */
export const bootNamed = (booting: Booting, name: string): Promise<Choice> => tryName(booting, name);

/** What a loader says that is told not to go on by itself. */
function staysInLoader({ hardware, platform }: Booting): string | undefined {
  if (platform.loader.kind === 'switch') return hardware.manualBoot ? MANUAL : undefined;
  return bootField(hardware.register) === 0 ? '' : undefined;
}

/** What the loader does by itself at power-on. */
export async function chooseImage(booting: Booting): Promise<Choice> {
  const { hardware, platform } = booting;
  const isSwitch = platform.loader.kind === 'switch';
  const staying = staysInLoader(booting);
  if (staying !== undefined) return { outcome: 'loader', said: staying };
  const ignoresList = !isSwitch && bootField(hardware.register) === 1;
  const listed = ignoresList ? undefined : await tryAll(booting, bootNames(hardware.boot));
  if (listed?.outcome === 'image') return listed;
  const said = listed?.said ?? '';
  const found = await tryFlash(booting);
  const all = `${said}${found.said}`;
  if (found.outcome === 'image') return { ...found, said: all };
  return { outcome: 'loader', said: isSwitch ? `${all}${SWITCH_FAILED}` : all };
}
