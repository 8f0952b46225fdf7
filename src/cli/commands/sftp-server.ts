/** `portcall sftp-server`: SFTP on standard input and output, with the flags of OpenSSH's program of that name. */
import { resolve } from 'node:path';
import process from 'node:process';
import { localHome, localUserName } from '../../app/local-user.ts';
import { REQUEST_NAMES, serveSftpOnStdio } from '../../app/sftp-stdio.ts';
import { type CommandRow } from '../command.ts';
import { isOn, type Options, textOf, wrong } from '../client/flag-values.ts';
import { EXIT } from '../exit-code.ts';

/** `%d` is the home directory, `%u` the user, `%%` a percent sign. */
const withTokens = (text: string): string =>
  text.replace(/%([du%])/g, (_all, token: string) => {
    if (token === '%') return '%';
    return token === 'u' ? localUserName() : localHome();
  });

/** Requests by name, with commas between them. */
function requestsIn(options: Options, name: string, flag: string): ReadonlySet<string> | undefined {
  const text = textOf(options, name);
  if (text === undefined) return undefined;
  const names = text.split(',').filter((one) => one !== '');
  const unknown = names.find((one) => !REQUEST_NAMES.includes(one));
  if (unknown !== undefined) throw wrong(flag, `names no request: ${unknown}; -Q requests lists them`);
  return new Set(names);
}

/** What every session needs before it can do anything. */
const ALWAYS: ReadonlySet<string> = new Set(['realpath', 'limits']);

function choiceOf(options: Options): (request: string) => boolean {
  const [denied, allowed] = [requestsIn(options, 'denied', '-P'), requestsIn(options, 'allowed', '-p')];
  return (request) =>
    ALWAYS.has(request) || (denied?.has(request) !== true && (allowed === undefined || allowed.has(request)));
}

function setUmask(options: Options): void {
  const text = textOf(options, 'umask');
  if (text === undefined) return;
  if (!/^0?[0-7]{1,3}$/.test(text)) throw wrong('-u', 'must be a mask of octal digits such as 022');
  process.umask(Number.parseInt(text, 8));
}

export const sftpServerCommand: CommandRow = {
  name: 'sftp-server',
  summary: 'speak SFTP on standard input and output, as a subsystem of an sshd',
  examples: [
    ['Subsystem sftp /usr/local/bin/portcall sftp-server -R', 'in sshd_config: files can be read, and not changed'],
    ["sftp -D 'portcall sftp-server'", 'tries it without any network'],
  ],
  options: [
    { flags: '-R, --read-only', summary: 'files can be read, and not changed' },
    {
      flags: '-d, --directory <dir>',
      summary: 'where names begin (the working directory); %d is the home, %u the user',
    },
    { flags: '-e, --log-to-stderr', summary: 'the log goes to standard error' },
    { flags: '-l, --log-level <level>', summary: 'taken and not used, as OpenSSH’s program has it' },
    { flags: '-f, --facility <facility>', summary: 'the same' },
    { flags: '-u, --umask <mask>', summary: 'permission bits that new files do not get' },
    { flags: '-P, --denied <requests>', summary: 'requests that are refused, with commas between them' },
    { flags: '-p, --allowed <requests>', summary: 'requests that are served; all others are refused' },
    { flags: '-Q, --query <what>', summary: '`requests` lists the names for -P and -p' },
  ],
  async run(options, world) {
    const query = textOf(options, 'query');
    if (query !== undefined) {
      if (query !== 'requests') throw wrong('-Q', 'knows `requests` only');
      world.stdout.write(REQUEST_NAMES.map((name) => `${name}\n`).join(''));
      return EXIT.done;
    }
    setUmask(options);
    return await serveSftpOnStdio({
      access: isOn(options, 'readOnly') ? 'read-only' : 'read-write',
      startDirectory: resolve(world.cwd, withTokens(textOf(options, 'directory') ?? '.')),
      serves: choiceOf(options),
      ...(isOn(options, 'logToStderr') && { log: world.stderr }),
    });
  },
};
