/** What a virtual device is to be, from flags or from the file of a lab. */
import { readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { type HostPort, parseHostPort } from './host-port.ts';
import { parseByteSize } from './byte-size.ts';
import { ConfigurationError } from './problem.ts';
import { DEFAULT_PLATFORM, HOSTNAME, type LabDevice, type LabFile, labSchema } from './schema/lab.ts';
import { readYaml } from './yaml-file.ts';

export interface DeviceUser {
  readonly name: string;
  readonly password: string;
  /** 0 to 15. */
  readonly privilege: number;
}

export interface DeviceSettings {
  /** For messages: `--platform`, `lab.yaml:7`. */
  readonly where: string;
  readonly platform: string;
  readonly hostname: string;
  readonly telnet: HostPort | undefined;
  readonly ssh: HostPort | undefined;
  readonly tftp: HostPort | undefined;
  readonly console: HostPort | undefined;
  readonly user: DeviceUser;
  readonly enable: string;
  /** Without a startup-config: it begins at the setup dialog. */
  readonly isBlank: boolean;
  /** The file that its startup-config is taken from. */
  readonly config: string | undefined;
  /** The folder behind its main volume. */
  readonly flash: string | undefined;
  /** The folder where all of it is kept. */
  readonly state: string | undefined;
  /** Of the image that it comes with. */
  readonly imageBytes: number | undefined;
  readonly faults: readonly string[];
}

export interface LabSettings {
  readonly devices: readonly DeviceSettings[];
  /** Waits are multiplied with it: 1 is as long as real ones. */
  readonly pace: number;
}

/** Flags of `portcall device`, as they were typed. */
export interface DeviceFlags {
  readonly platform?: string;
  readonly hostname?: string;
  readonly telnet?: string;
  readonly ssh?: string;
  readonly tftp?: string;
  readonly console?: string;
  readonly user?: string;
  readonly enable?: string;
  readonly blank?: boolean;
  readonly config?: string;
  readonly flash?: string;
  readonly state?: string;
  readonly imageSize?: string;
  readonly fault?: readonly string[];
  readonly pace?: string;
  readonly fleet?: string;
}

/** Two minutes of a real boot become some two seconds. */
const DEFAULT_PACE = 0.02;
const DEFAULT_USER = 'admin:cisco';
const DEFAULT_ENABLE = 'cisco';
const DEFAULT_HOSTNAME = 'R1';

const wrong = (where: string, what: string): ConfigurationError => new ConfigurationError([{ where, what }]);

function userOf(text: string, where: string): DeviceUser {
  const [, name, password, privilege = '1'] = /^([^:\s]+):([^\s]+?)(?::(\d|1[0-5]))?$/.exec(text) ?? [];
  if (name === undefined || password === undefined)
    throw wrong(where, 'must be NAME:PASSWORD or NAME:PASSWORD:PRIVILEGE, such as admin:cisco:15');
  return { name, password, privilege: Number(privilege) };
}

function addressOf(text: string | undefined, where: string): HostPort | undefined {
  if (text === undefined) return undefined;
  const found = parseHostPort(text);
  if (found === undefined) throw wrong(where, 'must be HOST:PORT such as 127.0.0.1:2323, where 0 is any free port');
  return found;
}

function paceOf(text: string | undefined): number {
  const pace = text === undefined ? DEFAULT_PACE : Number(text);
  if (!(pace >= 0 && pace <= 100))
    throw wrong('--pace', 'must be a number from 0 to 100; 1 is as long as a real device');
  return pace;
}

function imageBytesOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const bytes = parseByteSize(text);
  if (bytes === undefined) throw wrong('--image-size', 'must be a size such as 10 MiB, 1G or a number of bytes');
  return bytes;
}

function hostnameOf(text: string): string {
  if (HOSTNAME.test(text)) return text;
  throw wrong('--hostname', 'must be a host name such as SW1: a letter, then letters, digits, dots and dashes');
}

const within = (folder: string, path: string | undefined): string | undefined =>
  path === undefined ? undefined : resolve(folder, path);

function fromFlags(flags: DeviceFlags, cwd: string): DeviceSettings {
  return {
    where: '--platform',
    platform: flags.platform ?? DEFAULT_PLATFORM,
    hostname: hostnameOf(flags.hostname ?? DEFAULT_HOSTNAME),
    telnet: addressOf(flags.telnet, '--telnet'),
    ssh: addressOf(flags.ssh, '--ssh'),
    tftp: addressOf(flags.tftp, '--tftp'),
    console: addressOf(flags.console, '--console'),
    user: userOf(flags.user ?? DEFAULT_USER, '--user'),
    enable: flags.enable ?? DEFAULT_ENABLE,
    isBlank: flags.blank === true,
    config: within(cwd, flags.config),
    flash: within(cwd, flags.flash),
    state: within(cwd, flags.state),
    imageBytes: imageBytesOf(flags.imageSize),
    faults: flags.fault ?? [],
  };
}

function readLab(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown error';
    throw wrong('--fleet', `${file} cannot be read (${code})`);
  }
}

/** The next port for the next of many; any free one stays any free one. */
const shifted = (address: HostPort | undefined, index: number): HostPort | undefined =>
  address === undefined || address.port === 0 ? address : { ...address, port: address.port + index };

interface LabPlace {
  readonly lab: LabFile;
  readonly folder: string;
  readonly where: string;
}

function fromLab(device: LabDevice, { lab, folder, where }: LabPlace): readonly DeviceSettings[] {
  const { hostname, count: many = 1, telnet, ssh, tftp, console, ...own } = device;
  const told = { ...lab.defaults, ...own };
  return Array.from({ length: many }, (_, index) => {
    const name = many === 1 ? hostname : `${hostname}${index + 1}`;
    return {
      where,
      platform: told.platform ?? DEFAULT_PLATFORM,
      hostname: name,
      telnet: shifted(telnet, index),
      ssh: shifted(ssh, index),
      tftp: shifted(tftp, index),
      console: shifted(console, index),
      user: userOf(told.user ?? DEFAULT_USER, where),
      enable: told.enable ?? DEFAULT_ENABLE,
      isBlank: told.blank === true,
      config: within(folder, told.config),
      flash: within(folder, told.flash),
      state: lab.state === undefined ? undefined : join(resolve(folder, lab.state), name),
      imageBytes: told['image-size'],
      faults: told.faults ?? [],
    };
  });
}

function confirmDistinct(devices: readonly DeviceSettings[]): void {
  const seen = new Set<string>();
  for (const { hostname, where } of devices) {
    if (seen.has(hostname)) throw wrong(where, `there are two devices called ${hostname}`);
    seen.add(hostname);
  }
}

/** Reads the flags, and the file of a lab that they name. Throws a `ConfigurationError` for what makes no sense. */
export function deviceSettings(flags: DeviceFlags, cwd: string): LabSettings {
  if (flags.fleet === undefined) return { devices: [fromFlags(flags, cwd)], pace: paceOf(flags.pace) };
  const file = resolve(cwd, flags.fleet);
  const { contents: lab, placeOf } = readYaml(readLab(file), flags.fleet, labSchema);
  const devices = lab.devices.flatMap((device, index) =>
    fromLab(device, { lab, folder: dirname(file), where: placeOf('devices', index) }),
  );
  confirmDistinct(devices);
  return { devices, pace: flags.pace === undefined ? (lab.pace ?? DEFAULT_PACE) : paceOf(flags.pace) };
}
