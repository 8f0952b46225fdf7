/** Whom a client of SSH trusts, with files on disk: pinned, known, changed, new; and that ssh-keygen reads what is added. */
import assert from 'node:assert/strict';
import { chmod, mkdir, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { needs, run } from '../../../test/support/program.ts';
import { madeUpKey, madeUpRsaKey } from '../../../test/support/ssh-keys.ts';
import { fingerprintOf } from '../../protocols/ssh/index.ts';
import { sshSettingsFor } from './client-settings.ts';
import { HostTrust } from './host-trust.ts';
import type { SshOptions } from './options.ts';

const KEY = madeUpKey(1);
const OTHER = madeUpKey(2);
const RSA = madeUpRsaKey(3);
const line = (host: string, key: Buffer): string =>
  `${host} ${key === RSA ? 'ssh-rsa' : 'ssh-ed25519'} ${key.toString('base64')}`;

let folder: string;
let known: string;
let config: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcall-trust-'));
  known = join(folder, 'ssh', 'known_hosts');
  config = join(folder, 'config');
});
afterEach(() => rm(folder, { recursive: true }));

interface Given {
  readonly known?: string;
  readonly config?: string;
  readonly options?: SshOptions;
  readonly answer?: string;
}

interface Told {
  /** What was done. */
  readonly told: string;
  /** What a person should put in order. */
  readonly warned: string;
}

/** Rejects with the refusal. */
async function judge(given: Given, key: Buffer = KEY): Promise<Told> {
  const [told, warned]: [string[], string[]] = [[], []];
  if (given.known !== undefined) {
    await mkdir(join(folder, 'ssh'), { recursive: true });
    await writeFile(known, given.known);
  }
  await writeFile(config, given.config ?? '', { mode: 0o600 });
  const { answer } = given;
  const options: SshOptions = {
    config,
    knownHosts: known,
    ...(answer !== undefined && { askText: () => Promise.resolve(answer) }),
    ...given.options,
  };
  const trust = HostTrust.read({
    config: sshSettingsFor({ host: 'R1.lab', port: 2222, user: 'ann' }, options),
    options,
    host: 'R1.lab',
    tell: (sentence) => void told.push(sentence),
    warn: (sentence) => void warned.push(sentence),
  });
  const type = key === RSA ? 'ssh-rsa' : 'ssh-ed25519';
  await trust.judge({ host: 'R1.lab', port: 2222, type, blob: key });
  return { told: told.join('\n'), warned: warned.join('\n') };
}
const NOTHING = { told: '', warned: '' };
const refuses = (given: Given, what: RegExp): Promise<void> =>
  assert.rejects(judge(given), { name: 'FileError', kind: 'not-trusted', message: what });

describe('a key that is known', () => {
  test('is trusted without a word', async () =>
    assert.deepEqual(await judge({ known: line('[r1.lab]:2222', KEY) }), NOTHING));
  test('under its alias', async () =>
    assert.deepEqual(await judge({ known: line('core', KEY), config: 'HostKeyAlias core' }), NOTHING));
  test('that has changed is refused, whatever else was said: file, line, and both fingerprints', async () => {
    const other = `#\n${line('[r1.lab]:2222', OTHER)}`;
    for (const unknownHost of ['ask', 'accept-new', 'trust'] as const)
      for (const strictness of ['no', 'off', 'accept-new'])
        await refuses(
          { known: other, answer: 'yes', options: { unknownHost }, config: `StrictHostKeyChecking ${strictness}` },
          /is not the one that is known/,
        );
    const refusal = await judge({ known: other }).then(() => '', String);
    for (const part of [`${known}:2 `, fingerprintOf(KEY), fingerprintOf(OTHER)])
      assert.ok(refusal.includes(part), part);
  });
  test('of which only another type is known is refused, even where new ones are accepted', () =>
    refuses(
      { known: line('[r1.lab]:2222', RSA), options: { unknownHost: 'accept-new' } },
      /not the one that is known/,
    ));
  test('that is revoked is refused, whatever else was said', async () => {
    for (const unknownHost of ['ask', 'accept-new', 'trust'] as const)
      await refuses(
        {
          known: `${line('[r1.lab]:2222', KEY)}\n@revoked ${line('*', KEY)}`,
          options: { unknownHost },
          answer: 'yes',
        },
        /revoked by .*:2/,
      );
  });
  test('by an authority alone is not known', () =>
    refuses({ known: `@cert-authority ${line('*', KEY)}` }, /not known/));
});

describe('a key that is new', () => {
  test('in a script: refused, with the flag that would trust it', () =>
    refuses({}, new RegExp(`--host-key ${fingerprintOf(KEY).replaceAll('+', '\\+')},`)));
  for (const answer of ['yes', 'Y ', fingerprintOf(KEY)])
    test(`at a terminal: ${answer}`, async () => {
      assert.match((await judge({ answer })).told, /is remembered in/);
      assert.equal(await readFile(known, 'utf8'), `${line('[r1.lab]:2222', KEY)}\n`);
    });
  for (const answer of ['no', '', 'yesterday', fingerprintOf(OTHER)])
    test(`at a terminal: ${answer === '' ? 'nothing' : answer}`, async () => {
      await refuses({ answer }, /is not known/);
      await assert.rejects(stat(known), { code: 'ENOENT' });
    });
  test('StrictHostKeyChecking yes and BatchMode ask nobody', async () => {
    await refuses({ answer: 'yes', config: 'StrictHostKeyChecking yes' }, /not known/);
    await refuses({ answer: 'yes', config: 'BatchMode yes' }, /not known/);
  });
  test('StrictHostKeyChecking no takes and remembers it, and nobody is asked', async () => {
    assert.match((await judge({ answer: 'no', config: 'StrictHostKeyChecking no' })).told, /is remembered in/);
    assert.equal(await readFile(known, 'utf8'), `${line('[r1.lab]:2222', KEY)}\n`);
  });
  test('accepted: the file is its owner’s alone, and known the next time', async () => {
    assert.match((await judge({ options: { unknownHost: 'accept-new' } })).told, /is remembered/);
    assert.equal((await stat(known)).mode & 0o777, 0o600);
    assert.equal((await stat(join(folder, 'ssh'))).mode & 0o777, 0o700);
    assert.deepEqual(await judge({}), NOTHING);
    await assert.rejects(judge({ options: { unknownHost: 'accept-new' } }, OTHER), /not the one that is known/);
  });
  test('a file without its last line end is not spoilt', async () => {
    await judge({ known: line('a', OTHER), options: { unknownHost: 'accept-new' } });
    assert.equal(await readFile(known, 'utf8'), `${line('a', OTHER)}\n${line('[r1.lab]:2222', KEY)}\n`);
  });
  test('a line that was torn is ignored, told of, and spoils no other', async () => {
    const torn = line('[r1.lab]:2222', KEY).slice(0, 30);
    const first = await judge({ known: torn, options: { unknownHost: 'accept-new' } });
    assert.ok(first.warned.startsWith(`${known}:1 has no key`), first.warned);
    assert.equal((await judge({})).told, '');
  });
  test('many at a time do not mix', async () => {
    const blobs = Array.from({ length: 20 }, (_, index) => madeUpKey(index));
    await judge({ known: '', options: { unknownHost: 'trust' } });
    await Promise.all(
      blobs.map((blob, index) => {
        const options: SshOptions = { config, knownHosts: known, unknownHost: 'accept-new' };
        const host = `h${index}`;
        const settings = sshSettingsFor({ host, port: 22, user: 'ann' }, options);
        const nothing = (): void => undefined;
        const trust = HostTrust.read({ config: settings, options, host, tell: nothing, warn: nothing });
        return trust.judge({ host, port: 22, type: 'ssh-ed25519', blob });
      }),
    );
    const lines = (await readFile(known, 'utf8')).trim().split('\n');
    assert.equal(lines.filter((text) => /^h\d+ ssh-ed25519 \S{68}$/.test(text)).length, blobs.length);
  });
  test('hashed, where the configuration says so, and ssh-keygen finds it', needs('ssh-keygen'), async () => {
    await judge({ config: 'HashKnownHosts yes\nStrictHostKeyChecking accept-new' });
    assert.doesNotMatch(await readFile(known, 'utf8'), /r1/);
    assert.match((await run('ssh-keygen', ['-F', '[r1.lab]:2222', '-f', known])).output, /found: line 1/);
  });
  test('trusted unknown, where anything is: said, and not remembered', async () => {
    assert.match((await judge({ options: { unknownHost: 'trust' } })).told, /is trusted without being known/);
    await assert.rejects(stat(known), { code: 'ENOENT' });
  });
});

test('a pinned key is trusted, and no other, whatever files say', async () => {
  assert.deepEqual(
    await judge({ known: line('[r1.lab]:2222', OTHER), options: { hostKey: fingerprintOf(KEY) } }),
    NOTHING,
  );
  await refuses({ known: line('[r1.lab]:2222', KEY), options: { hostKey: fingerprintOf(OTHER) } }, /--host-key/);
});

describe('what is wrong with known_hosts is told', () => {
  test('lines that cannot be read, the first of many', async () => {
    const { warned } = await judge({ known: `${'x\n'.repeat(20)}${line('[r1.lab]:2222', KEY)}\n` });
    assert.ok(warned.startsWith(`${known}:1 `), warned);
    assert.match(warned, /: 15 more lines are ignored\.$/);
  });
  test('a path that leads through a file: no host is known, and it cannot be remembered', async () => {
    const given: Given = { options: { unknownHost: 'accept-new', knownHosts: join(config, 'below-a-file') } };
    const { warned } = await judge(given);
    assert.match(warned, /a part of that path is a file\..*is trusted this time only/s);
  });
  test('no file at all is nothing to tell', async () =>
    assert.equal((await judge({ options: { unknownHost: 'accept-new' } })).warned, ''));
  test('a directory, a file that is too large, and one without the right to read it', async () => {
    await mkdir(join(folder, 'ssh'));
    const cannot = { name: 'ConfigurationError', message: /cannot be read/ };
    await assert.rejects(judge({ options: { knownHosts: folder } }), cannot);
    await writeFile(known, '');
    await truncate(known, 1024 ** 3);
    await assert.rejects(judge({}), { name: 'ConfigurationError', message: /is larger than/ });
    await truncate(known, 0);
    await chmod(known, 0);
    if (process.getuid?.() !== 0) await assert.rejects(judge({}), cannot);
  });
});
