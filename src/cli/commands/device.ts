/** `portcall device`: virtual Cisco IOS devices, at a console or behind the network, until they are told to stop. */
import { resolve } from 'node:path';
import {
  attachConsole,
  type DeviceListener,
  FAULT_SENTENCES,
  type Lab,
  makeLab,
  PLATFORM_TITLES,
} from '../../app/device/run-devices.ts';
import { authority } from '../../base/authority.ts';
import { systemClock } from '../../base/clock.ts';
import { deviceSettings, type DeviceFlags, type LabSettings } from '../../config/device-settings.ts';
import { createLog } from '../../observe/log.ts';
import type { CommandRow } from '../command.ts';
import { ownConsole } from '../device-console.ts';
import { EXIT } from '../exit-code.ts';
import { clearReadyFile, writeReadyFile } from '../ready.ts';
import { traceTo } from '../trace/trace-to.ts';
import type { World } from '../world.ts';

interface DeviceOptions extends DeviceFlags {
  readonly readyFile?: string;
  readonly trace?: boolean;
  readonly log?: string;
}

/** More devices than these are told as a number. */
const MOST_SHOWN = 12;

const urlOf = ({ protocol, host, port }: DeviceListener): string =>
  `${protocol === 'console' ? 'telnet' : protocol}://${authority(host, port)}`;

/** How to come in, as a line to copy. */
function entranceOf({ protocol, host, port }: DeviceListener, user: string): string {
  if (protocol === 'ssh') return `ssh -p ${port} ${user}@${host}`;
  if (protocol === 'tftp') return `tftp ${host} ${port}`;
  return `telnet ${host} ${port}${protocol === 'console' ? '    (the console)' : ''}`;
}

function firstScreen({ devices }: LabSettings, listeners: readonly DeviceListener[]): string {
  const lines = devices
    .slice(0, MOST_SHOWN)
    .flatMap(({ hostname, platform, user, enable, isBlank }) => [
      `${hostname}  ${PLATFORM_TITLES.get(platform) ?? platform}`,
      ...listeners
        .filter(({ device }) => device === hostname)
        .map((listener) => `    ${entranceOf(listener, user.name)}`),
      ...(isBlank ? [] : [`    user ${user.name}, password ${user.password}, enable ${enable}`]),
    ]);
  const rest = devices.length - MOST_SHOWN;
  return `${[...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('\n')}\n`;
}

function announce(settings: LabSettings, listeners: readonly DeviceListener[], at: Announcing): void {
  const { world, options } = at;
  const { devices } = settings;
  const ready = { listeners: devices.length === 1 ? listeners.map(withoutDevice) : listeners, pid: world.pid };
  if (options.readyFile !== undefined) writeReadyFile(resolve(world.cwd, options.readyFile), ready);
  if (options.log === 'json') world.stdout.write(`${JSON.stringify({ event: 'ready', ...ready })}\n`);
  else if (listeners.length > 0)
    world.stdout.write(`${firstScreen(settings, listeners)}ready ${listeners.map(urlOf).join(' ')}\n`);
}

interface Announcing {
  readonly world: World;
  readonly options: DeviceOptions;
}

const withoutDevice = ({ protocol, host, port }: DeviceListener): Omit<DeviceListener, 'device'> => ({
  protocol,
  host,
  port,
});

/** Nobody listens for it: its console is here. */
const isAtHand = ({ devices }: LabSettings): boolean =>
  devices.length === 1 &&
  devices.every(({ telnet, ssh, tftp, console }) => [telnet, ssh, tftp, console].every((one) => one === undefined));

/** Serves the console here until its input ends. */
async function sitAtConsole(lab: Lab, { world, options }: Announcing, settings: LabSettings): Promise<void> {
  const [device] = lab.devices;
  if (device === undefined) return;
  using console = ownConsole(world);
  if (console.isTyped) world.stderr.write('The console of the device. Ctrl-] switches it off.\r\n');
  const closed = new AbortController();
  const release = world.onStopSignal(() => closed.abort());
  const sitting = attachConsole(device, console.terminal, closed.signal);
  try {
    announce(settings, await lab.powerOn(), { world, options });
    await sitting;
  } finally {
    release();
    closed.abort();
  }
}

async function serveUntilStopped(lab: Lab, at: Announcing, settings: LabSettings): Promise<void> {
  const { promise: stopped, resolve: stop } = Promise.withResolvers<undefined>();
  let signals = 0;
  const release = at.world.onStopSignal(() => {
    signals += 1;
    if (signals > 1) at.world.exitNow(EXIT.interrupted);
    stop(undefined);
  });
  try {
    announce(settings, await lab.powerOn(), at);
    await stopped;
  } finally {
    release();
  }
}

async function run(options: DeviceOptions, world: World): Promise<number> {
  const settings = deviceSettings(options, world.cwd);
  if (options.readyFile !== undefined) clearReadyFile(resolve(world.cwd, options.readyFile));
  const format = options.log === 'json' ? 'json' : 'text';
  const log = createLog({ format, destination: world.stderr, clock: systemClock });
  const quiet = isAtHand(settings);
  const columns = world.terminal?.screen().columns ?? 0;
  await using lab = await makeLab(settings, {
    observe: (event) => {
      // What is open is told once, when all of it is.
      if (event.kind === 'fault' || !(quiet || event.kind === 'listening')) log(event);
    },
    ...(options.trace === true && {
      observeTransfers: traceTo((text) => world.stderr.write(quiet ? text.replaceAll('\n', '\r\n') : text), {
        clock: systemClock,
        ...(columns > 0 ? { width: columns } : {}),
      }),
    }),
  });
  const at = { world, options };
  if (quiet) await sitAtConsole(lab, at, settings);
  else await serveUntilStopped(lab, at, settings);
  return EXIT.done;
}

export const deviceCommand: CommandRow = {
  name: 'device',
  summary: 'run virtual Cisco IOS devices that really move images and really boot them',
  examples: [
    ['portcall device', 'an ISR 2911, its console on this terminal (Ctrl-] switches it off)'],
    ['portcall device --platform c2960 --hostname SW1 --telnet 127.0.0.1:2323 --ssh 127.0.0.1:2224', 'a switch'],
    ['portcall device --state ./R1 --blank', 'one without a configuration, which is kept in ./R1'],
    ['portcall device --fleet lab.yaml', 'all devices of a file'],
  ],
  options: [
    { flags: '--platform <name>', summary: `one of ${[...PLATFORM_TITLES.keys()].join(', ')} (default: c2911)` },
    { flags: '--hostname <name>', summary: 'what it is called (default: R1)' },
    { flags: '--telnet <host:port>', summary: 'where its Telnet listens; port 0 is any free one' },
    { flags: '--ssh <host:port>', summary: 'where its SSH listens, with SCP' },
    { flags: '--tftp <host:port>', summary: 'where its own TFTP server listens (tftp-server in its configuration)' },
    { flags: '--console <host:port>', summary: 'its console behind a port, by Telnet (default without any: here)' },
    { flags: '--user <name:password[:privilege]>', summary: 'who may log in (default: admin:cisco)' },
    { flags: '--enable <secret>', summary: 'its enable secret (default: cisco)' },
    { flags: '--blank', summary: 'without a configuration: it begins at the setup dialog' },
    { flags: '--config <file>', summary: 'its startup-config' },
    { flags: '--flash <dir>', summary: 'the folder behind its flash:' },
    { flags: '--state <dir>', summary: 'the folder where all of it is kept: files, configuration, register, keys' },
    { flags: '--image-size <size>', summary: 'of the image that it comes with (default: small)' },
    { flags: '--pace <factor>', summary: 'its waits against those of a real one: 1 is as long (default: 0.02)' },
    {
      flags: '--fault <name[=value]>',
      summary: `what goes wrong: ${FAULT_SENTENCES.join('; ')}`,
      repeatable: true,
    },
    { flags: '--fleet <file>', summary: 'a YAML file with devices' },
    { flags: '--trace', summary: 'draw the conversations of its copies on standard error' },
    { flags: '--log <format>', summary: 'text or json, on standard error (default: text)' },
    { flags: '--ready-file <file>', summary: 'write addresses and process id there, as JSON, once all is open' },
  ],
  run: (options, world) => {
    world.setTitle('portcall device');
    return run(options, world);
  },
};
