/** `portcall serve`: shows a folder to FTP and TFTP clients until it is told to stop. */
import { resolve } from 'node:path';
import { checkRoots } from '../../app/roots.ts';
import { serve, type ServeSurroundings, type Serving } from '../../app/serve.ts';
import { surroundingsFor } from '../../app/surroundings.ts';
import type { Flags } from '../../config/flags.ts';
import { ConfigurationError } from '../../config/problem.ts';
import { settle, type ServeSettings } from '../../config/settings.ts';
import type { CommandRow } from '../command.ts';
import { EXIT } from '../exit-code.ts';
import { clearTextWarning, firstScreen, servedLines } from '../first-screen.ts';
import { clearReadyFile, readyJson, readyText, writeReadyFile } from '../ready.ts';
import type { World } from '../world.ts';

interface ServeOptions extends Flags {
  readonly readyFile?: string;
  readonly check?: boolean;
}

/** Prints what would be served. */
function check(settings: ServeSettings, world: World): number {
  const problems = checkRoots(settings);
  if (problems.length > 0) throw new ConfigurationError(problems);
  const lines = servedLines({ settings, listeners: settings.listeners });
  const warnings = settings.warnings.map((warning) => `  warning  ${warning}`);
  world.stdout.write(`${['The configuration is right. It serves:', ...lines, ...warnings].join('\n')}\n`);
  return EXIT.done;
}

/** Settles at the first signal; a second one ends the process. */
function awaitStop(world: World): { readonly stopped: Promise<void>; release(): void } {
  const { promise, resolve: stop } = Promise.withResolvers<undefined>();
  let signals = 0;
  const release = world.onStopSignal(() => {
    signals += 1;
    if (signals > 1) world.exitNow(EXIT.interrupted);
    stop(undefined);
  });
  return { stopped: promise, release };
}

function announce(serving: Serving, settings: ServeSettings, options: ServeOptions, world: World): void {
  const { listeners, madeUp, certificate, hostKeys } = serving;
  const ready = { listeners, pid: world.pid };
  if (options.readyFile !== undefined) writeReadyFile(resolve(world.cwd, options.readyFile), ready);
  if (settings.log === 'json') world.stdout.write(readyJson(ready, madeUp));
  else world.stdout.write(`${firstScreen({ settings, listeners, madeUp, certificate, hostKeys })}${readyText(ready)}`);
}

async function serveUntil(
  stopped: Promise<void>,
  settings: ServeSettings,
  { options, world, surroundings }: { options: ServeOptions; world: World; surroundings: ServeSurroundings },
): Promise<void> {
  const { observe } = surroundings;
  await using serving = await serve(settings, surroundings);
  const warning = clearTextWarning(serving.listeners, settings);
  if (warning !== '') observe({ kind: 'note', text: warning });
  announce(serving, settings, options, world);
  const stopReloads = world.onReloadSignal?.(() => void serving.controls.reload());
  await stopped;
  stopReloads?.();
  const graceText = `${settings.graceMs / 1000} s`;
  observe({ kind: 'note', text: `stopping: transfers may go on for ${graceText}; a second signal stops at once` });
  await serving.close({ graceMs: settings.graceMs });
}

async function run(options: ServeOptions, world: World): Promise<number> {
  const settings = settle(options, world.cwd);
  if (options.check === true) return check(settings, world);
  if (options.readyFile !== undefined) clearReadyFile(resolve(world.cwd, options.readyFile));
  const stop = awaitStop(world);
  try {
    const surroundings = {
      ...surroundingsFor(settings, world.stderr),
      resettle: () => settle(options, world.cwd),
      pid: world.pid,
    };
    await serveUntil(stop.stopped, settings, { options, world, surroundings });
    return EXIT.done;
  } finally {
    stop.release();
  }
}

export const serveCommand: CommandRow = {
  name: 'serve',
  summary: 'serve a folder to FTP, SFTP, SCP and TFTP clients',
  examples: [
    ['portcall serve', 'serves ./files on this machine, with an account that is made up and shown'],
    ['portcall serve --root /srv/images --user switch:secret:ro --listen ftp://0.0.0.0:21', 'images for devices'],
    ['portcall serve --config portcall.yaml --check', 'says what is wrong with the file, or what it serves'],
  ],
  options: [
    { flags: '--config <file>', summary: 'read a configuration file; flags overrule it' },
    { flags: '--root <dir>', summary: 'the folder to serve (default: ./files, made when missing)' },
    { flags: '--user <name:password[:ro]>', summary: 'an account; :ro makes it read-only', repeatable: true },
    { flags: '--anonymous', summary: 'let anyone list and read' },
    {
      flags: '--listen <url>',
      summary: 'where to listen: ftp://, ftps://, sftp:// or tftp:// (default: ports 2121, 2222 and 6969 of 127.0.0.1)',
      repeatable: true,
    },
    { flags: '--tls <demand>', summary: 'off, offered, login or data: what must be encrypted (default: offered)' },
    { flags: '--certificate <file>', summary: 'the certificate with its chain, PEM (default: a self-signed one)' },
    { flags: '--key <file>', summary: 'its key, PEM (default: in the file of the certificate)' },
    { flags: '--passive-ports <first-last>', summary: 'the ports for passive data connections' },
    {
      flags: '--masquerade <[network=]address>',
      summary: 'the address told to clients (of a network) for passive data connections',
      repeatable: true,
    },
    {
      flags: '--state <dir>',
      summary: 'the folder for what must be remembered between runs (default: the user’s own)',
    },
    { flags: '--log <format>', summary: 'text or json, on standard error (default: text)' },
    { flags: '--ready-file <file>', summary: 'write addresses and process id there, as JSON, once all is open' },
    { flags: '--check', summary: 'check the configuration, say what it serves, and stop' },
  ],
  run: (options, world) => {
    world.setTitle('portcall serve');
    return run(options, world);
  },
};
