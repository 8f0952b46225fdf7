/** Keys made by ssh-keygen, and a real agent: what is offered, in which order, and that signatures verify. */
import assert from 'node:assert/strict';
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { promisify } from 'node:util';
import ssh2, { type ParsedKey, type PublicKeyAuthContext } from 'ssh2';
import { needs } from '../../../../test/support/program.ts';
import { type MadeKey, makeKey } from '../../../../test/support/ssh-keys.ts';
import { identities, type Identity, type IdentityOptions, type KeyFile } from './identities.ts';
import { readKeyText } from './keys.ts';

const execute = promisify(execFile);
const PASSPHRASE = 'correct horse';

let folder: string;
const made = new Map<string, MadeKey>();
const of = (name: string): MadeKey => {
  const key = made.get(name);
  assert.ok(key, name);
  return key;
};

const LOCKED = ['-N', PASSPHRASE, '-a', '1'] as const;
const KEYS: readonly (readonly [name: string, ...options: string[]])[] = [
  ['ed', '-t', 'ed25519'],
  ['ec256', '-t', 'ecdsa', '-b', '256'],
  ['ec521', '-t', 'ecdsa', '-b', '521'],
  ['rsa', '-t', 'rsa', '-b', '2048'],
  ['ed-locked', '-t', 'ed25519', ...LOCKED],
  ['rsa-pkcs1', '-t', 'rsa', '-b', '2048', '-m', 'PEM'],
  ['rsa-pkcs1-locked', '-t', 'rsa', '-b', '2048', '-m', 'PEM', ...LOCKED],
  ['rsa-pkcs8', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8'],
  ['rsa-pkcs8-locked', '-t', 'rsa', '-b', '2048', '-m', 'PKCS8', ...LOCKED],
  ['ec-sec1', '-t', 'ecdsa', '-b', '384', '-m', 'PEM'],
  ['ec-sec1-locked', '-t', 'ecdsa', '-b', '256', '-m', 'PEM', ...LOCKED],
  ['ec-pkcs8-locked', '-t', 'ecdsa', '-b', '256', '-m', 'PKCS8', ...LOCKED],
];

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'portcall-keys-'));
  await Promise.all(KEYS.map(async ([name, ...options]) => made.set(name, await makeKey(folder, name, options))));
});
after(() => rm(folder, { recursive: true }));

const readPrivate = async (file: string): Promise<KeyFile | undefined> => {
  try {
    return { bytes: await readFile(file), kept: 'private' };
  } catch {
    return undefined;
  }
};

interface Given extends Partial<Omit<IdentityOptions, 'files'>> {
  readonly files?: readonly string[];
  readonly wanted?: 'required' | 'named' | 'looked-for';
}

/** All identities, and what was told. */
async function gather({
  files = [],
  wanted = 'named',
  ...more
}: Given): Promise<{ found: Identity[]; told: string[] }> {
  const told: string[] = [];
  const options: IdentityOptions = {
    files: files.map((file) => ({ file, wanted })),
    agentSignal: new AbortController().signal,
    identitiesOnly: 'no',
    readFile: readPrivate,
    tell: (sentence) => void told.push(sentence),
    ...more,
  };
  return { found: await Array.fromAsync(identities(options)), told };
}

/** Whether an identity's signature is its key's. */
async function verifies({ sign, publicKey, keyType }: Identity): Promise<boolean> {
  const data = Buffer.from('to be signed');
  const hash = keyType === 'ssh-rsa' ? 'sha512' : undefined;
  const key = ssh2.utils.parseKey(Buffer.from(publicKey));
  assert.ok(!(key instanceof Error));
  const signature = await sign(data, hash);
  return key.verify(data, der(key, signature), hash);
}

/** An agent's ECDSA signatures are two numbers with their lengths; to verify them here they must be DER. */
function der(key: ParsedKey, signature: Buffer): Buffer {
  if (!key.type.startsWith('ecdsa') || signature[0] !== 0) return signature;
  const first = signature.readUInt32BE(0);
  const numbers = [signature.subarray(4, 4 + first), signature.subarray(8 + first)].map((n) =>
    Buffer.concat([Buffer.of(2, n.length), n]),
  );
  const body = Buffer.concat(numbers);
  return Buffer.concat([body.length < 128 ? Buffer.of(0x30, body.length) : Buffer.of(0x30, 0x81, body.length), body]);
}

describe('files', needs('ssh-keygen'), () => {
  for (const [name] of KEYS)
    test(name, async () => {
      const { file, publicKey } = of(name);
      let asked = 0;
      const ask = (question: string): Promise<string> => {
        asked += 1;
        assert.ok(question.includes(file));
        return Promise.resolve(asked === 1 ? 'wrong' : PASSPHRASE);
      };
      const { found, told } = await gather({ files: [file], ask });
      assert.deepEqual(told, []);
      assert.equal(found.length, 1);
      // The public half lies beside it: nothing is asked before there is something to sign.
      assert.equal(asked, 0);
      assert.ok(publicKey.equals(found[0]!.publicKey));
      assert.ok(await verifies(found[0]!));
      assert.equal(asked, name.includes('locked') ? 2 : 0);
      if (name.includes('locked')) assert.equal(readKeyText(await readFile(file), 'wrong').kind, 'wrong-passphrase');
    });

  test('ed25519 in PKCS#8', async () => {
    const { generateKeyPairSync } = await import('node:crypto');
    const { privateKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' });
    assert.equal(readKeyText(Buffer.from(pem)).kind, 'locked');
    assert.equal(readKeyText(Buffer.from(pem), 'y').kind, 'wrong-passphrase');
    const read = readKeyText(Buffer.from(pem), 'x');
    assert.ok(read.kind === 'private' && read.key.verify('a', read.key.sign('a')));
  });
  test('a locked PEM without its public half is asked for when its turn comes', async () => {
    const file = join(folder, 'alone');
    await writeFile(file, await readFile(of('rsa-pkcs8-locked').file));
    const { found } = await gather({ files: [file], ask: () => Promise.resolve(PASSPHRASE) });
    assert.equal(found.length, 1);
    assert.ok(await verifies(found[0]!));
    const { found: none, told } = await gather({ files: [file], ask: () => Promise.resolve('wrong') });
    assert.deepEqual(none, []);
    assert.match(told[0] ?? '', /passphrase .* was wrong/);
  });
  test('a wrong passphrase is told when it comes to signing', async () => {
    const { found } = await gather({ files: [of('ed-locked').file], ask: () => Promise.resolve('wrong') });
    await assert.rejects(found[0]!.sign(Buffer.of(1), undefined), /passphrase of the key .* was wrong/);
  });
  test('nobody to ask: told, and passed over', async () => {
    const { found, told } = await gather({ files: [of('ed-locked').file, of('ed').file] });
    assert.deepEqual(
      found.map(({ file }) => file),
      [of('ed').file],
    );
    assert.match(told[0] ?? '', /ed-locked is encrypted and needs a passphrase.*ssh-add/);
  });
  test('others can read it: refused, with what to do', async () => {
    const readOpen = async (file: string): Promise<KeyFile | undefined> => {
      const read = await readPrivate(file);
      return read === undefined ? undefined : { ...read, kept: 'in-the-open' };
    };
    const { file } = of('ed');
    const { found, told } = await gather({ files: [file], readFile: readOpen });
    assert.deepEqual(found, []);
    assert.ok(told[0]?.includes(`chmod 600 ${file}`));
    await assert.rejects(gather({ files: [file], readFile: readOpen, wanted: 'required' }), /chmod 600/);
  });
  test('a missing file: told when it was named, thrown when it is required', async () => {
    assert.deepEqual((await gather({ files: ['/nowhere/k'], wanted: 'looked-for' })).told, []);
    assert.deepEqual((await gather({ files: ['/nowhere/k'] })).told, ['The key /nowhere/k is not there.']);
    await assert.rejects(gather({ files: ['/nowhere/k'], wanted: 'required' }), {
      name: 'FileError',
      kind: 'login-refused',
    });
  });
  test('RSA does not sign with SHA-1 unless it may', async () => {
    const { found } = await gather({ files: [of('rsa').file] });
    await assert.rejects(found[0]!.sign(Buffer.of(1), 'sha1'), /SHA-1/);
    await assert.rejects(found[0]!.sign(Buffer.of(1), undefined), /SHA-1/);
    const { found: lax } = await gather({ files: [of('rsa').file], rsaSha1: 'allow' });
    assert.ok((await lax[0]!.sign(Buffer.of(1), 'sha1')).length > 0);
  });
  test('what is no key', async () => {
    const { privateKey } = (await import('node:crypto')).generateKeyPairSync('x25519');
    const whole = await readFile(of('ed').file, 'utf8');
    const texts = [
      '',
      'hello',
      '-----BEGIN OPENSSH PRIVATE KEY-----\nAAAA\n-----END OPENSSH PRIVATE KEY-----',
      whole.slice(0, 120),
      '-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----',
      'PuTTY-User-Key-File-3: ssh-ed25519\n',
      privateKey.export({ type: 'pkcs8', format: 'pem' }),
    ];
    for (const text of texts) assert.equal(readKeyText(Buffer.from(text)).kind, 'unreadable', text.slice(0, 40));
  });
});

describe('agent', needs('ssh-agent'), () => {
  let agent: ChildProcess;
  let socket: string;
  before(async () => {
    socket = join(folder, 'agent');
    agent = spawn('ssh-agent', ['-D', '-a', socket], { stdio: ['ignore', 'pipe', 'ignore'] });
    await once(agent.stdout!, 'data');
    await execute('ssh-add', ['-q', of('rsa').file, of('ec521').file, of('ed').file], {
      env: { ...process.env, SSH_AUTH_SOCK: socket },
    });
  });
  after(async () => {
    agent.kill();
    await once(agent, 'exit');
  });
  const shown = (found: readonly Identity[]): string[] =>
    found.map(
      ({ kind, publicKey }) => `${kind} ${KEYS.find(([name]) => of(name).publicKey.equals(publicKey))?.[0] ?? '?'}`,
    );

  test('its keys, and they sign', async () => {
    const { found } = await gather({ agent: socket });
    assert.deepEqual(shown(found), ['agent rsa', 'agent ec521', 'agent ed']);
    assert.deepEqual(
      found.map(({ comment }) => comment),
      ['rsa', 'ec521', 'ed'],
    );
    for (const one of found) assert.ok(await verifies(one), one.keyType);
  });
  test('those that files name come first, and then the files', async () => {
    const { found } = await gather({ agent: socket, files: [of('ec256').file, of('ed').file] });
    assert.deepEqual(shown(found), ['agent ed', 'agent rsa', 'agent ec521', 'key-file ec256']);
  });
  test('IdentitiesOnly leaves the others out', async () => {
    const { found } = await gather({
      agent: socket,
      identitiesOnly: 'yes',
      files: [of('ec256').file, `${of('ed').file}.pub`],
    });
    assert.deepEqual(shown(found), ['agent ed', 'key-file ec256']);
  });
  test('each is an agent of one key for the library', async () => {
    const { found } = await gather({ agent: socket });
    const { agent: one } = found[2]!;
    assert.ok(one instanceof ssh2.BaseAgent);
    const { promise, resolve } = Promise.withResolvers<number>();
    one.getIdentities((_, keys) => resolve(keys?.length ?? 0));
    assert.equal(await promise, 1);
  });
  test('nobody there is told, and files are used', async () => {
    const { found, told } = await gather({ agent: join(folder, 'no-agent'), files: [of('ed').file] });
    assert.deepEqual(shown(found), ['key-file ed']);
    assert.match(told[0] ?? '', /^The agent at .* cannot be used/);
  });
  test('one that is silent is given up', async () => {
    const path = join(folder, 'silent');
    const ending = new AbortController();
    const left = Promise.withResolvers<undefined>();
    const silent = createServer((peer) =>
      peer
        .once('data', () => ending.abort())
        .on('error', () => undefined)
        .on('close', () => left.resolve(undefined)),
    );
    silent.listen(path);
    await once(silent, 'listening');
    const { found, told } = await gather({ agent: path, agentSignal: ending.signal });
    // Left open, the conversation would keep the program from ending.
    await left.promise;
    silent.close();
    assert.deepEqual(found, []);
    assert.match(told[0] ?? '', /silent/);
  });
});

/** A question whether the key would do, or a signature that is the key's. */
function isProved({ key: { data }, signature, blob, hashAlgo }: PublicKeyAuthContext): boolean {
  const key = ssh2.utils.parseKey(data);
  if (signature === undefined || blob === undefined) return true;
  return !(key instanceof Error) && key.verify(blob, signature, hashAlgo);
}

test(
  'the library logs in with them, and asks for a passphrase only when the server has taken the key',
  needs('ssh-keygen'),
  async () => {
    const server = new ssh2.Server({ hostKeys: [await readFile(of('ed').file)] }, (peer) => {
      peer.on('error', () => undefined);
      peer.on('authentication', (attempt) => {
        if (attempt.method === 'publickey' && attempt.username === attempt.key.algo && isProved(attempt))
          attempt.accept();
        else attempt.reject(['publickey']);
      });
    });
    server.listen(0, '127.0.0.1');
    server.unref();
    await once(server, 'listening');
    const address = server.address();
    assert.ok(typeof address === 'object' && address !== null);
    const asked: string[] = [];
    const ask = (question: string): Promise<string> => {
      asked.push(question);
      return Promise.resolve(PASSPHRASE);
    };
    const { found } = await gather({
      files: [of('rsa-pkcs8-locked').file, of('ed-locked').file, of('ec256').file],
      ask,
    });
    for (const username of ['ssh-ed25519', 'ecdsa-sha2-nistp256', 'ssh-rsa']) {
      const waiting = found.values();
      const client = new ssh2.Client();
      client.connect({
        host: '127.0.0.1',
        port: address.port,
        username,
        authHandler: (_left, _partial, next) => {
          const { value } = waiting.next();
          if (value !== undefined) next({ type: 'agent', username, agent: value.agent });
          else client.destroy();
        },
      });
      await once(client, 'ready', { signal: AbortSignal.timeout(5000) });
      client.end();
      await once(client, 'close');
    }
    server.close();
    assert.deepEqual(
      asked.map((text) => text.includes('rsa')),
      [false, true],
    );
  },
);
