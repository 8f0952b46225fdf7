/** `archive download-sw` and `archive tar`: the software of Catalyst switches comes as a tar file with pages for its web server. */
import { baseName, parentOf, resolvePath, ROOT, type VirtualPath } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import type { Call, CommandRow } from '../command.ts';
import { CommandRefusal } from '../command.ts';
import { sayingOf } from '../copy/failure.ts';
import { readTar } from '../image/read-tar.ts';
import { readTarInfo, type TarInfo } from '../image/tar-info.ts';
import { copyFolder, extractTar, removeFolder, wholeFile } from '../install/extract.ts';
import { reloadNow } from '../install/operation.ts';
import { folderEntries, writeTar } from '../install/write-tar.ts';
import { deleteFile, type Spot, spotText, standing, type Volume } from '../state/volumes.ts';
import { createArchive, openArchive, type OpenedArchive } from './archive-file.ts';
import { spotOf } from './files.ts';

/** Where an archive is laid out until it is whole. */
const UPDATE = '/update' as VirtualPath;
const OPTIONS = [
  '/overwrite',
  '/leave-old-sw',
  '/imageonly',
  '/safe',
  '/reload',
  '/force-reload',
  '/no-set-boot',
] as const;
type Option = (typeof OPTIONS)[number];
/** Taken, for what they are about is not here: other hardware, features that nobody licenses. */
const IDLE = ['/allow-feature-upgrade', '/no-feature-upgrade', '/no-version-check', '/upgrade-ucode', '/warm'];

interface Order {
  readonly call: Call;
  readonly options: ReadonlySet<Option>;
  readonly url: string;
}

function orderOf(call: Call): Order {
  const words = (call.args.text('rest') ?? '').split(/\s+/);
  const options = new Set(OPTIONS.filter((option) => words.includes(option)));
  const others = words.filter((word) => ![...OPTIONS, ...IDLE].some((option) => option === word));
  const [url] = others;
  if (url === undefined || others.length !== 1)
    throw new CommandRefusal('% Invalid archive command: name one tar file');
  return { call, options, url };
}

const hex = (value: number): string => `0x${value.toString(16).toUpperCase().padStart(8, '0')}`;

function infoText(info: TarInfo): string {
  return [
    `System Type:             ${info.systemType}`,
    `  Ios Image File Size:   ${hex(info.iosImageBytes)}`,
    `  Total Image File Size: ${hex(info.totalImageBytes)}`,
    '  Minimum Dram required: 0x04000000',
    `  Image Suffix:          ${info.versionSuffix}`,
    `  Image Directory:       ${info.directory}`,
    `  Image Name:            ${info.imageName}`,
    `  Image Feature:         ${info.feature}`,
    '',
    '',
  ].join('\n');
}

/** The software that runs: a directory, or the image alone where it lies in the root. */
function oldSoftware({ system }: Call): Spot | undefined {
  const { volumes, image } = system;
  const spot = volumes.resolve(image.file, { volume: volumes.main, path: ROOT });
  if (spot === undefined) return undefined;
  const folder = parentOf(spot.path);
  return folder === ROOT ? spot : { ...spot, path: folder };
}

/** The members of a stack each have a flash of their own. */
const memberVolumes = ({ system }: Call): readonly Volume[] =>
  system.volumes.all.filter((volume) => volume !== system.volumes.main && /^flash-?\d+:$/.test(volume.facts.name));

class Download {
  readonly #order: Order;
  #info: TarInfo | undefined;

  constructor(order: Order) {
    this.#order = order;
  }

  async run(): Promise<string> {
    const { call, url } = this.#order;
    await using archive = await openArchive(call, url);
    await call.session.write('examining image...\n');
    try {
      await this.#extract(archive);
      const info = this.#info;
      if (info === undefined) throw new CommandRefusal('ERROR: the archive holds no info file');
      await this.#install(info);
      return await this.#end(info);
    } catch (error) {
      // A switch that went down cleans nothing: what lies in update is removed by the next download.
      if (!call.system.stopped.aborted) await removeFolder(this.#update(call.system.volumes.main));
      if (error instanceof FileError) throw new CommandRefusal(`ERROR: extraction failed (${sayingOf(error)})`);
      throw error;
    }
  }

  #update(volume: Volume): Spot {
    return { volume, path: UPDATE };
  }

  async #extract({ reader }: OpenedArchive): Promise<void> {
    const { call, options } = this.#order;
    const { main } = call.system.volumes;
    await removeFolder(this.#update(main));
    await extractTar(wholeFile(reader), {
      into: this.#update(main),
      wants: ({ path }) => !options.has('/imageonly') || !path.includes('/html'),
      began: ({ path, kind, sizeBytes }) =>
        call.session.write(
          kind === 'directory' ? `${path}/ (directory)\n` : `extracting ${path} (${sizeBytes} bytes)\n`,
        ),
      informed: (text) => this.#examine(text),
    });
  }

  /** Looks at what is to come before any of it is written. */
  async #examine(text: string): Promise<void> {
    const { call, options } = this.#order;
    const { platform } = call.system;
    const info = readTarInfo(text);
    if (info === undefined) throw new CommandRefusal('ERROR: the info file of the archive cannot be read');
    await call.session.write(`extracting info (${text.length} bytes)\n${infoText(info)}`);
    if (!platform.runs.includes(info.family.toUpperCase()))
      throw new CommandRefusal(
        `ERROR: Image is not compatible with this switch: it is for ${info.family}, and not for ${platform.runs.join(', ')}.`,
      );
    this.#info = info;
    await this.#makeRoom(info);
    const old = oldSoftware(call);
    if (old !== undefined) await call.session.write(`Old image for switch 1: ${spotText(old)}\n`);
    if (old !== undefined && options.has('/overwrite'))
      await call.session.write(
        `  Old image will be deleted ${(await standing(old)) === undefined ? 'before' : 'after'} download.\n`,
      );
    await call.session.write('\nExtracting images from archive into flash...\n');
  }

  /** `/overwrite` gives up the old software where there is no room for both; of a stack, in each member. */
  async #makeRoom({ totalImageBytes }: TarInfo): Promise<void> {
    const { call, options } = this.#order;
    const old = oldSoftware(call);
    for (const volume of [call.system.volumes.main, ...memberVolumes(call)]) {
      if ((await volume.freeBytes()) >= totalImageBytes) continue;
      if (options.has('/overwrite') && !options.has('/safe') && old !== undefined) {
        const there = { volume, path: old.path };
        await call.session.write(`Deleting ${spotText(there)} to create space...done\n`);
        await removeFolder(there);
      }
      await this.#refuseWithoutRoom(volume, totalImageBytes);
    }
  }

  async #refuseWithoutRoom(volume: Volume, needed: number): Promise<void> {
    const free = await volume.freeBytes();
    if (free >= needed) return;
    const { options } = this.#order;
    const advice = options.has('/overwrite')
      ? 'Delete files that nobody needs first.'
      : 'Use /overwrite to delete the old image first.';
    throw new CommandRefusal(
      `ERROR: Not enough space on ${volume.facts.name} for the new image: ${needed} bytes are needed, ${free} are free.\n${advice}`,
    );
  }

  async #install(info: TarInfo): Promise<void> {
    const { call } = this.#order;
    const { main } = call.system.volumes;
    const [from, to] = [resolvePath(UPDATE, info.directory), resolvePath(ROOT, info.directory)];
    if (from === undefined || to === undefined) throw new CommandRefusal('ERROR: the archive names no directory');
    await call.session.write(
      `\nInstalling (renaming): \`${main.facts.name}update/${info.directory}' ->\n                                       \`${main.facts.name}/${info.directory}'\n`,
    );
    call.system.stopped.throwIfAborted();
    await removeFolder({ volume: main, path: to });
    await main.files.rename(from, to);
    await removeFolder(this.#update(main));
    await call.session.write(`New software image installed in ${main.facts.name}/${info.directory}\n\n`);
    for (const volume of memberVolumes(call)) {
      call.system.stopped.throwIfAborted();
      await removeFolder({ volume, path: to });
      await copyFolder({ volume: main, path: to }, { volume, path: to });
      await call.session.write(`New software image installed in ${volume.facts.name}/${info.directory}\n\n`);
    }
  }

  async #end(info: TarInfo): Promise<string> {
    const { call, options } = this.#order;
    const { system, session } = call;
    system.stopped.throwIfAborted();
    if (!options.has('/no-set-boot'))
      system.hardware.change({ boot: `${system.volumes.main.facts.name}/${info.directory}/${info.imageName}` });
    if (options.has('/overwrite')) await this.#removeOld(info);
    await session.write('All software images installed.\n');
    if (options.has('/reload') && !options.has('/force-reload') && system.modified)
      return 'The configuration has been changed and not saved: the system is not reloaded.\n';
    if (!options.has('/reload') && !options.has('/force-reload')) return '';
    await session.write('Requested system reload in progress...\n');
    await reloadNow({ call, name: 'archive' });
    return '';
  }

  async #removeOld({ directory }: TarInfo): Promise<void> {
    const { call } = this.#order;
    const old = oldSoftware(call);
    if (old === undefined || baseName(old.path) === directory || (await standing(old)) === undefined) return;
    await call.session.write(`Removing old image: ${spotText(old)}\n`);
    if ((await standing(old))?.type === 'directory') await removeFolder(old);
    else await deleteFile(old);
    for (const volume of memberVolumes(call)) await removeFolder({ volume, path: old.path });
  }
}

/** `archive tar /table URL`. */
async function* table(call: Call): AsyncGenerator<string> {
  await using archive = await openArchive(call, call.args.text('url') ?? '');
  try {
    for await (const each of readTar(wholeFile(archive.reader)))
      if (each.part === 'entry')
        yield each.entry.kind === 'directory'
          ? `${each.entry.path}/ (directory)\n`
          : `${each.entry.path} (${each.entry.sizeBytes} bytes)\n`;
  } catch (error) {
    if (error instanceof FileError) throw new CommandRefusal(`%Error: ${error.detail ?? 'the archive cannot be read'}`);
    throw error;
  }
}

/** `archive tar /xtract URL flash:folder`. */
async function extract(call: Call): Promise<string> {
  const into = spotOf(call, call.args.text('folder') ?? '');
  await using archive = await openArchive(call, call.args.text('url') ?? '');
  try {
    await extractTar(wholeFile(archive.reader), {
      into,
      wants: () => true,
      began: ({ path, kind, sizeBytes }) =>
        call.session.write(
          kind === 'directory' ? `${path}/ (directory)\n` : `extracting ${path} (${sizeBytes} bytes)\n`,
        ),
    });
    return '';
  } catch (error) {
    if (error instanceof FileError) throw new CommandRefusal(`%Error: extraction failed (${sayingOf(error)})`);
    throw error;
  }
}

/** Writes a tar file of some folder; nothing is left of one that fails. */
async function pack(call: Call, url: string, folder: Spot, first: readonly string[]): Promise<string> {
  const sink = await createArchive(call, url);
  try {
    const entries = await folderEntries(folder, first);
    const said = (path: string, sizeBytes: number): Promise<void> =>
      call.session.write(`archiving ${path} (${sizeBytes} bytes)\n`);
    await writeTar(entries, sink.upload, { said, signal: call.signal, nowMs: call.system.now() });
    await sink.upload.commit();
    return '';
  } catch (error) {
    await sink.upload.discard().catch(() => undefined);
    if (error instanceof FileError)
      throw new CommandRefusal(`%Error: the archive cannot be written (${sayingOf(error)})`);
    throw error;
  } finally {
    await sink.close();
  }
}

/** `archive tar /create URL flash:folder`. */
async function create(call: Call): Promise<string> {
  const folder = spotOf(call, call.args.text('folder') ?? '');
  if ((await standing(folder))?.type !== 'directory')
    throw new CommandRefusal(`%Error opening ${spotText(folder)} (No such file or directory)`);
  return await pack(call, call.args.text('url') ?? '', folder, []);
}

/** `archive upload-sw URL`: the software that runs, as `download-sw` takes it. */
async function upload(call: Call): Promise<string> {
  const old = oldSoftware(call);
  const info = old === undefined ? undefined : resolvePath(old.path, 'info');
  if (old === undefined || info === undefined || (await standing({ ...old, path: info })) === undefined)
    throw new CommandRefusal('ERROR: the running image has no directory with an info file: there is nothing to upload');
  return await pack(call, call.args.text('url') ?? '', old, ['info']);
}

const isCatalyst: CommandRow['on'] = ({ style }) => style === 'catalyst';

/** Commands about software in archives. */
export const ARCHIVE_SOFTWARE_COMMANDS: readonly CommandRow[] = [
  {
    syntax: 'archive download-sw <rest:line>',
    privilege: 15,
    on: isCatalyst,
    run: (call) => new Download(orderOf(call)).run(),
  },
  { syntax: 'archive upload-sw <url:source>', privilege: 15, on: isCatalyst, run: upload },
  { syntax: 'archive tar /create <url:source> <folder:file>', privilege: 15, run: create },
  { syntax: 'archive tar /table <url:source>', privilege: 15, run: table },
  { syntax: 'archive tar /xtract <url:source> <folder:file>', privilege: 15, run: extract },
];
