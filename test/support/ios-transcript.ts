/**
 * Transcripts of a device: what one sees on the screen, with what is typed between « and ».
 *
 * `«show clock»` is typed with Enter behind it; `«sh?»` and `«sh→»` (→ is Tab) act at once; `«key:^C»`, `«key:SPACE»`,
 * `«key:ENTER»`, `«key:UP»` and `«key:y»` are one key. `…` in what is shown stands for anything within a line. Lines
 * `# name: value` at the top say what the device is:
 *
 * - `platform`: c2911 unless told
 * - `begin`: `privileged` (the default), `user`, `console` (before the first Enter), `boot` (switched on in front of it), `vty`
 * - `startup`: a line of its configuration; more than one may stand. `blank`: it has none
 * - `file`: `flash:name text…`, or `server:name text…` at 192.0.2.10
 * - `image`: `flash:` or `server:`, family, version, and whatever else the name should be, or `tar`: `flash: C2900 15.7(3)M8`
 * - `fault`: as `--fault` takes it. `hardware`: JSON of what the hardware remembers
 */
import assert from 'node:assert/strict';
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { memoryStore } from '../../src/app/device/device-store.ts';
import {
  attachConsole,
  Device,
  grammarsOf,
  layFactorySoftware,
  type OpenedTarget,
  parseFault,
  type Platform,
  PLATFORMS,
  serveVisitor,
  STARTUP_CONFIG,
  type TransferTarget,
  writeText,
} from '../../src/device/index.ts';
import { FileError, type FileSystem, memoryFileSystem } from '../../src/files/index.ts';
import { madeImage, madeTarImage } from './images.ts';
import { IosScreen, stoppedClock } from './ios-screen.ts';
import { putFile } from './scp.ts';

export interface IosTranscript {
  readonly head: readonly (readonly [name: string, value: string])[];
  /** What is shown, then what is typed; the last has nothing typed. */
  readonly steps: readonly { readonly shown: string; readonly typed: string | undefined }[];
}

export function parseIosTranscript(text: string): IosTranscript {
  const lines = text.split('\n');
  const headLength = lines.findIndex((line) => !line.startsWith('# '));
  const head = lines.slice(0, headLength).map((line): [string, string] => {
    const [, name = '', value = ''] = /^# ([a-z-]+): ?(.*)$/.exec(line) ?? [];
    assert.notEqual(name, '', `no setting of a transcript: ${line}`);
    return [name, value];
  });
  const body = lines.slice(headLength).join('\n');
  const steps = body.split('»').map((part) => {
    const [shown = '', typed] = part.split('«');
    return { shown, typed };
  });
  return { head, steps };
}

const KEYS: ReadonlyMap<string, string> = new Map([
  ['ENTER', '\r'],
  ['SPACE', ' '],
  ['ESC', '\x1b'],
  ['UP', '\x1b[A'],
  ['DOWN', '\x1b[B'],
  ['LEFT', '\x1b[D'],
  ['RIGHT', '\x1b[C'],
  ['BACKSPACE', '\x7f'],
  ['TAB', '\t'],
]);

/** Bytes for what stands between « and », and what of it the device echoes. */
function keysOf(typed: string): { readonly keys: string; readonly echo: string } {
  const [, key] = /^key:(.+)$/.exec(typed) ?? [];
  if (key !== undefined) {
    const control = /^\^(.)$/.exec(key)?.[1];
    const code = control === undefined ? undefined : String.fromCharCode(control.charCodeAt(0) & 0x1f);
    return { keys: code ?? KEYS.get(key) ?? key, echo: '' };
  }
  if (typed.endsWith('?')) return { keys: typed, echo: typed };
  if (typed.endsWith('→')) return { keys: typed.replace('→', '\t'), echo: typed.slice(0, -1) };
  return { keys: `${typed}\r`, echo: typed };
}

const SERVER = '192.0.2.10';
const LOGIN = { user: 'lab', password: 'pw' } as const;

/** A server that is reached at one address, and nothing at any other. */
function transfersFrom(files: FileSystem) {
  return {
    open(target: TransferTarget): Promise<OpenedTarget> {
      if (target.host !== SERVER) return Promise.reject(new FileError('timed-out', ROOT));
      const isGuest = target.scheme === 'tftp' || target.user === 'anonymous' || target.scheme.startsWith('http');
      const isKnown = target.user === LOGIN.user && target.password === LOGIN.password;
      if (!isGuest && !isKnown) return Promise.reject(new FileError('login-refused', ROOT));
      const path = resolvePath(ROOT, target.path) ?? ROOT;
      return Promise.resolve({ files: { ...files, close: () => Promise.resolve() }, path });
    },
  };
}

const STARTUP = [
  'hostname R1',
  'enable secret cisco',
  'username admin password cisco',
  'no ip domain lookup',
  'ip domain name lab.example',
  'line con 0',
  'line vty 0 4',
  ' login local',
  ' transport input all',
];

const grammars = new Map<string, ReturnType<typeof grammarsOf>>();
function sharedGrammars(platform: Platform): ReturnType<typeof grammarsOf> {
  const found = grammars.get(platform.name) ?? grammarsOf(platform);
  grammars.set(platform.name, found);
  return found;
}

let rsaKeys = 0;

interface Scene {
  readonly device: Device;
  readonly screen: IosScreen;
  readonly closed: AbortController;
  readonly done: Promise<void>;
}

class Head {
  readonly #lines: IosTranscript['head'];
  constructor({ head }: IosTranscript) {
    this.#lines = head;
  }
  all(name: string): readonly string[] {
    return this.#lines.filter(([one]) => one === name).map(([, value]) => value);
  }
  one(name: string): string | undefined {
    return this.all(name)[0];
  }
}

/** `flash: C2900 15.7(3)M8 other.bin`. */
async function putImage(line: string, filesOf: (where: string) => FileSystem): Promise<void> {
  const [where = '', family = '', version = '', as] = line.split(/:? /);
  const isTar = as === 'tar';
  const { name, bytes } = isTar ? madeTarImage({ family, version }) : madeImage({ family, version });
  await putFile(filesOf(where), `/${as === undefined || isTar ? name : as}`, bytes);
}

async function putFiles(head: Head, device: Device, server: FileSystem): Promise<void> {
  const filesOf = (where: string): FileSystem => (where === 'server' ? server : device.volumes.main.files);
  for (const line of head.all('file')) {
    const [, where = '', name = '', text = ''] = /^(\w+):(\S+) ?(.*)$/.exec(line) ?? [];
    await putFile(filesOf(where), `/${name}`, text.replaceAll('\\n', '\n'));
  }
  for (const line of head.all('image')) await putImage(line, filesOf);
}

async function makeDevice(head: Head): Promise<Device> {
  const platform = PLATFORMS.get(head.one('platform') ?? 'c2911');
  assert.ok(platform, 'the transcript names a platform that is none');
  const store = memoryStore(new Map(), stoppedClock);
  const hardware = head.one('hardware');
  const server = memoryFileSystem({ clock: stoppedClock });
  let random = 0;
  const device = new Device({
    platform,
    world: {
      clock: stoppedClock,
      pace: 0,
      store,
      transfers: transfersFrom(server),
      random: (bytes) => Uint8Array.from({ length: bytes }, () => (random += 7) & 0xff),
      makeRsaKey: () => Promise.resolve(`key ${(rsaKeys += 1)}`),
    },
    doors: { set: () => Promise.resolve(), drop: () => Promise.resolve() },
    faults: new Map(head.all('fault').map(parseFault)),
    grammars: sharedGrammars(platform),
  });
  if (!head.all('factory').includes('none')) await layFactorySoftware(device);
  await putFiles(head, device, server);
  if (hardware !== undefined) device.hardware.change(JSON.parse(hardware) as object);
  const startup = head.all('startup');
  if (head.one('blank') === undefined)
    await writeText(device.volumes.nvram.files, STARTUP_CONFIG, [...STARTUP, ...startup, ''].join('\n'));
  return device;
}

/** Somebody sits down, as far as the transcript wants it done before. */
async function sitDown(head: Head): Promise<Scene> {
  const device = await makeDevice(head);
  const screen = new IosScreen();
  const closed = new AbortController();
  const begin = head.one('begin') ?? 'privileged';
  const booting = begin === 'boot' ? undefined : device.powerOn();
  await booting;
  const { signal } = closed;
  const done =
    begin === 'vty'
      ? serveVisitor(device, { terminal: screen.terminal, peer: '192.0.2.7', door: 'telnet', signal })
      : attachConsole(device, screen.terminal, signal);
  if (begin === 'boot') void device.powerOn();
  if (begin === 'user' || begin === 'privileged') await comeIn(screen, begin);
  return { device, screen, closed, done };
}

async function comeIn(screen: IosScreen, as: 'user' | 'privileged'): Promise<void> {
  const until = (end: string): Promise<void> => screen.until((shown) => shown.endsWith(end), end);
  await until('started!\n\n');
  screen.type('\r');
  await screen.until((shown) => /[>#]$/.test(shown), 'a prompt');
  if (as === 'user' || screen.shown.endsWith('#')) return;
  screen.type('enable\r');
  await screen.until((shown) => /(Password: |#)$/.test(shown), 'a question or a prompt');
  if (screen.shown.endsWith('#')) return;
  screen.type('cisco\r');
  await until('#');
}

const literally = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
/** What was typed comes first, where it is echoed. */
const patternOf = (shown: string, echo: string): RegExp =>
  new RegExp(`^(?:${literally(echo)})?${shown.split('…').map(literally).join('[^\\n]*?')}`);

/** Plays a transcript; throws where the screen differs. Gives what was really shown, with what was typed. */
export async function playIosTranscript(transcript: IosTranscript): Promise<void> {
  const scene = await sitDown(new Head(transcript));
  const { screen } = scene;
  let from = beginOf(screen.shown, transcript);
  let echo = '';
  try {
    for (const [index, { shown, typed }] of transcript.steps.entries()) {
      const isLast = index === transcript.steps.length - 1;
      from = await expectShown(screen, { shown: isLast ? shown.replace(/\n$/, '') : shown, from, echo });
      if (typed === undefined) break;
      const pressed = keysOf(typed);
      echo = pressed.echo;
      screen.type(pressed.keys);
    }
  } finally {
    scene.closed.abort();
    screen.terminal.close();
    await scene.done;
    await scene.device.powerOff();
  }
}

/** A session that is under way begins with its prompt. */
function beginOf(shown: string, { head }: IosTranscript): number {
  const begin = head.find(([name]) => name === 'begin')?.[1] ?? 'privileged';
  return begin === 'user' || begin === 'privileged' ? shown.lastIndexOf('\n') + 1 : 0;
}

async function expectShown(
  screen: IosScreen,
  { shown, from, echo }: { readonly shown: string; readonly from: number; readonly echo: string },
): Promise<number> {
  const pattern = patternOf(shown, echo);
  await screen.until((all) => pattern.test(all.slice(from)), shown);
  const real = screen.shown.slice(from);
  const found = pattern.exec(real);
  if (found === null) assert.equal(real, shown, 'the screen shows something else');
  return from + (found?.[0].length ?? 0);
}
