/** What the head of a transcript of IOS asks for: the device, its files, and the network around it. */
import { resolvePath, ROOT } from '../../src/base/virtual-path.ts';
import { type FaultName, parseFault, type Platform, PLATFORMS } from '../../src/device/index.ts';
import type { FileSystem } from '../../src/files/index.ts';
import { type DeviceNetwork, deviceNetwork } from './device-network.ts';
import { madeImage } from './images.ts';
import type { Directive, IosTranscript } from './session-transcript.ts';
import { type VirtualDevice, virtualDevice } from './virtual-device.ts';

export interface IosStage extends AsyncDisposable {
  readonly virtual: VirtualDevice;
  readonly network: DeviceNetwork | undefined;
  /** The values of a directive of the head. */
  readonly asked: (name: string) => readonly string[];
}

const valuesOf = (head: readonly Directive[], wanted: string): readonly string[] =>
  head.filter(({ name }) => name === wanted).map(({ value }) => value);

/** `text hello`, `zeros 4000`, `image c2900 15.2(4)M6 [bytes]`, `damaged …` likewise. */
export function contentOf(text: string): Buffer {
  const [kind = '', first = '', second = '', size] = text.split(' ');
  if (kind === 'text') return Buffer.from(`${text.slice(5).replaceAll('\\n', '\n')}\n`);
  if (kind === 'zeros') return Buffer.alloc(Number(first));
  const image = madeImage({ family: first, version: second }, size === undefined ? undefined : Number(size)).bytes;
  if (kind === 'image') return image;
  if (kind !== 'damaged') throw new Error(`a file cannot be "${text}"`);
  image.writeUInt8(image.readUInt8(6000) ^ 0xff, 6000);
  return image;
}

/** `flash:/x = text hello`. */
export function fileOf(value: string): { readonly volume: string; readonly path: string; readonly content: string } {
  const [, volume = '', path = '', content = ''] = /^([a-z0-9-]+:)?(\S+)(?: = (.*))?$/.exec(value) ?? [];
  return { volume, path, content };
}

export async function write(files: FileSystem, path: string, bytes: Buffer): Promise<void> {
  const [folder] = /^\/[^/]+(?=\/)/.exec(path) ?? [];
  if (folder !== undefined) await files.makeDirectory(resolvePath(ROOT, folder) ?? ROOT);
  const upload = await files.openUpload(resolvePath(ROOT, path) ?? ROOT);
  await upload.write(bytes, 0);
  await upload.commit();
}

/** The main volume with fewer bytes. */
const withFlash =
  (bytes: number | undefined) =>
  (platform: Platform): Platform => ({
    ...platform,
    volumes: platform.volumes.map((facts, index) => (index === 0 && bytes !== undefined ? { ...facts, bytes } : facts)),
  });

/** Makes everything; the device is still switched off. */
export async function iosStage({ head }: IosTranscript): Promise<IosStage> {
  const asked = (name: string): readonly string[] => valuesOf(head, name);
  const [platform = 'c2911'] = asked('platform');
  if (!PLATFORMS.has(platform)) throw new Error(`there is no platform ${platform}`);
  const served = asked('served');
  const network = asked('servers').length > 0 || served.length > 0 ? await deviceNetwork() : undefined;
  const faults = new Map<FaultName, number>(asked('fault').map((text) => parseFault(text)));
  const [flash] = asked('flash-bytes').map(Number);
  const startup = asked('startup');
  const virtual = await virtualDevice({
    platform,
    faults,
    factory: asked('factory').includes('missing') ? 'missing' : 'there',
    ...(flash !== undefined && { adjust: withFlash(flash) }),
    ...(!startup.includes('none') && { startup: `${['hostname R1', ...startup].join('\n')}\n` }),
    ...(network !== undefined && { transfers: network.transfers }),
  });
  for (const value of asked('file')) {
    const { volume, path, content } = fileOf(value);
    virtual.clock.advance(60_000);
    await write(virtual.files(volume), path, contentOf(content));
  }
  for (const value of served) {
    const { path, content } = fileOf(value);
    if (network !== undefined) await write(network.files, path, contentOf(content));
  }
  return {
    virtual,
    network,
    asked,
    async [Symbol.asyncDispose]() {
      await virtual[Symbol.asyncDispose]();
      await network?.[Symbol.asyncDispose]();
    },
  };
}
