/** The prompt of a device that did not boot: `rommon 1 >` of routers, `switch: ` of Catalysts, and what can be done there. */
import type { Platform } from '../platforms/platform.ts';
import type { DeviceWorld } from '../ports.ts';
import type { Hardware } from '../state/hardware.ts';
import { entriesOf, removeTree, spotText, standing, type Spot, type Volume, type Volumes } from '../state/volumes.ts';
import { ROOT } from '../../base/virtual-path.ts';
import { FileError } from '../../files/index.ts';
import { dirLine, totalsLine } from '../render/files.ts';
import type { Teletype } from '../terminal/teletype.ts';
import { bootNamed, type Booting, chooseImage, type Choice } from './choose-image.ts';
import { fetchImage } from './tftpdnld.ts';

export interface LoaderOptions {
  readonly platform: Platform;
  readonly world: DeviceWorld;
  readonly hardware: Hardware;
  readonly volumes: Volumes;
  readonly teletype: Teletype;
  readonly signal: AbortSignal;
}

/** What somebody at the prompt has decided. */
export type Decision = Extract<Choice, { outcome: 'image' }> | { readonly outcome: 'reset' };

type Answer = string | Decision | Promise<string | Decision>;

interface LoaderCommand {
  readonly names: readonly string[];
  readonly help: string;
  readonly loader?: Platform['loader']['kind'];
  readonly run: (loader: Loader, rest: string) => Answer;
}

const NOTHING = '';

class Loader {
  readonly options: LoaderOptions;
  #count = 0;
  #variables: Record<string, string>;

  constructor(options: LoaderOptions) {
    this.options = options;
    this.#variables = { ...options.hardware.facts.variables };
  }

  get variables(): Readonly<Record<string, string>> {
    return this.#variables;
  }

  get booting(): Booting {
    const { platform, hardware, volumes } = this.options;
    return { platform, volumes, hardware: hardware.facts };
  }

  set(name: string, value: string | undefined): void {
    const rest = Object.fromEntries(Object.entries(this.#variables).filter(([one]) => one !== name));
    this.#variables = value === undefined ? rest : { ...rest, [name]: value };
    if (name === 'BOOT') this.options.hardware.change({ boot: value ?? '' });
    if (name === 'MANUAL_BOOT') this.options.hardware.change({ manualBoot: /^(yes|1)$/i.test(value ?? '') });
    this.options.hardware.change({ variables: this.#variables });
  }

  get prompt(): string {
    if (this.options.platform.loader.kind === 'switch') return 'switch: ';
    this.#count += 1;
    return `rommon ${this.#count} > `;
  }

  async ask(question: string): Promise<string> {
    const { line } = await this.options.teletype.readLine({
      prompt: question,
      kind: 'answer',
      signal: this.options.signal,
    });
    return line.trim();
  }

  spot(name: string): Spot | undefined {
    const { volumes } = this.options;
    return volumes.resolve(name === '' ? volumes.main.facts.name : name, { volume: volumes.main, path: ROOT });
  }
}

async function boot(loader: Loader, rest: string): Promise<string | Decision> {
  const choice =
    rest === ''
      ? await chooseImage({
          ...loader.booting,
          hardware: { ...loader.booting.hardware, manualBoot: false, register: 0x2102 },
        })
      : await bootNamed(loader.booting, rest);
  if (choice.outcome === 'loader') return choice.said;
  return choice;
}

async function dir(loader: Loader, rest: string): Promise<string> {
  const spot = loader.spot(rest);
  if (spot === undefined) return `unable to stat ${rest}: no such device\n`;
  if (spot.path !== ROOT && (await standing(spot))?.type !== 'directory')
    return `unable to stat ${rest}: no such file or directory\n`;
  const entries = await entriesOf(spot);
  const lines = entries.map((entry, index) => dirLine(entry, index + 2));
  return `Directory of ${spotText(spot)}\n\n${lines.join('\n')}\n\n${totalsLine(spot.volume, await spot.volume.freeBytes())}\n`;
}

async function remove(loader: Loader, rest: string): Promise<string> {
  const spot = loader.spot(rest);
  if (spot === undefined || rest === '') return 'usage: delete <filename ...>\n';
  const answer = await loader.ask(`Are you sure you want to delete "${rest}" (y/n)?`);
  if (!/^y/i.test(answer)) return `File "${rest}" not deleted\n`;
  try {
    await spot.volume.files.remove(spot.path);
    return `File "${rest}" deleted\n`;
  } catch (error) {
    if (error instanceof FileError) return `${rest}: no such file or directory\n`;
    throw error;
  }
}

async function format(loader: Loader, rest: string): Promise<string> {
  const spot = loader.spot(rest);
  if (spot === undefined || rest === '') return 'usage: format <filesystem>\n';
  const answer = await loader.ask(`Are you sure you want to format "${rest}" (all data will be lost) (y/n)?`);
  if (!/^y/i.test(answer)) return NOTHING;
  await removeTree((spot.volume satisfies Volume).files, ROOT);
  return `Filesystem "${rest}" formatted\n`;
}

function confreg({ options: { hardware } }: Loader, rest: string): string {
  if (rest === '')
    return `\n           Configuration Summary\nenabled are:\nboot: image specified by the boot system commands\n      or default to: cisco2-C2900\nconfiguration register: 0x${hardware.facts.register.toString(16)}\n\n`;
  const value = /^0x[\da-f]{1,4}$/i.test(rest) ? Number.parseInt(rest, 16) : undefined;
  if (value === undefined) return 'usage: confreg [0x<value>]\n';
  hardware.change({ register: value, nextRegister: undefined });
  return '\nYou must reset or power cycle for new config to take effect\n';
}

function set(loader: Loader, rest: string): string {
  const [name = '', ...value] = rest.split(/\s+|=/);
  if (name !== '') {
    loader.set(name, value.join(' '));
    return NOTHING;
  }
  const { boot: list, manualBoot } = loader.options.hardware.facts;
  const all = { ...(list !== '' && { BOOT: list }), ...(manualBoot && { MANUAL_BOOT: 'yes' }), ...loader.variables };
  return Object.entries(all)
    .map(([key, text]) => `${key}=${text}\n`)
    .join('');
}

const COMMANDS: readonly LoaderCommand[] = [
  { names: ['boot', 'b'], help: 'boot up an external process', run: boot },
  { names: ['dir'], help: 'list files in file system', run: dir },
  { names: ['set'], help: 'display the monitor variables', run: set },
  {
    names: ['unset'],
    help: 'unset a monitor variable',
    run(loader, rest) {
      loader.set(rest, undefined);
      return NOTHING;
    },
  },
  { names: ['reset', 'i', 'reload'], help: 'system reset', run: () => ({ outcome: 'reset' }) },
  { names: ['confreg'], help: 'configuration register utility', loader: 'rommon', run: confreg },
  { names: ['sync'], help: 'write monitor environment to NVRAM', loader: 'rommon', run: () => NOTHING },
  { names: ['tftpdnld'], help: 'tftp image download', loader: 'rommon', run: (loader) => fetchImage(loader) },
  {
    names: ['flash_init'],
    help: 'Initialize flash filesystem(s)',
    loader: 'switch',
    run: () => 'Initializing Flash...\n...done Initializing Flash.\n',
  },
  { names: ['load_helper'], help: 'Load and initialize a helper image', loader: 'switch', run: () => NOTHING },
  { names: ['delete'], help: 'Delete file(s)', loader: 'switch', run: remove },
  { names: ['format'], help: 'Format a filesystem', loader: 'switch', run: format },
];

const helpOf = (loader: Loader): string =>
  COMMANDS.filter(({ loader: kind }) => kind === undefined || kind === loader.options.platform.loader.kind)
    .map(({ names: [name = ''], help }) => `${name.padEnd(20)} ${help}\n`)
    .join('');

function answer(loader: Loader, line: string): Answer {
  // Routers set variables as shells do: TFTP_SERVER=10.0.0.1
  const [, variable, value = ''] = /^([A-Z_]+)=(.*)$/.exec(line) ?? [];
  const { kind } = loader.options.platform.loader;
  if (kind === 'rommon' && variable !== undefined) {
    loader.set(variable, value.replace(/^"|"$/g, ''));
    return NOTHING;
  }
  const [, name = '', rest = ''] = /^(\S+)\s*(.*)$/.exec(line) ?? [];
  if (name === '?' || name === 'help') return helpOf(loader);
  const command = COMMANDS.find((one) => one.names.includes(name) && (one.loader === undefined || one.loader === kind));
  if (command !== undefined) return command.run(loader, rest.trim());
  return kind === 'rommon' ? `monitor: command "${name}" not found\n` : `unknown cmd: ${name}\n`;
}

/** Runs the prompt until somebody boots something, or resets. Rejects when the line closes. */
export async function loaderPrompt(options: LoaderOptions): Promise<Decision> {
  const loader = new Loader(options);
  const { teletype, signal } = options;
  for (;;) {
    await teletype.freshLine();
    const { how, line } = await teletype.readLine({ prompt: loader.prompt, kind: 'answer', signal });
    if (how !== 'enter' || line.trim() === '') continue;
    const said = await answer(loader, line.trim());
    if (typeof said !== 'string') return said;
    await teletype.print(said);
  }
}

export type { Loader };
