/** Clients of SFTP that others wrote, at our server over SSH: each puts a file, and gets it back the same. */
import assert from 'node:assert/strict';
import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { needs, run, type RunResult } from '../support/program.ts';
import { openSshWords, type SftpOverSsh, startSftpOverSsh } from '../support/sftp-over-ssh.ts';
import { sampleBytes } from '../support/tree.ts';

interface Client {
  readonly program: string;
  /** Puts `here` as `there`, and gets it back as `back`. All are plain names, `here` and `back` in the client's folder. */
  readonly move: (server: SftpOverSsh, names: { here: string; there: string; back: string }) => Promise<RunResult>;
}

const PARAMIKO = `
import sys, paramiko
host, port, user, password, here, there, back = sys.argv[1:8]
transport = paramiko.Transport((host, int(port)))
transport.connect(username=user, password=password)
sftp = paramiko.SFTPClient.from_transport(transport)
sftp.put(here, there)
sftp.get(there, back)
with sftp.open(there, 'rb') as f:
    import hashlib
    assert f.check('sha256') == hashlib.sha256(open(here, 'rb').read()).digest()
assert sorted(sftp.listdir('.')) == [there], sftp.listdir('.')
transport.close()
`;

const CLIENTS: Readonly<Record<string, Client>> = {
  'OpenSSH sftp': {
    program: 'sftp',
    move: (server, { here, there, back }) =>
      run('sftp', [...openSshWords(server), '-P', String(server.port), '-b', '-', `u@${server.host}`], {
        cwd: server.home,
        input: `put ${here} ${there}\nls -la\ndf\nget ${there} ${back}\n`,
      }),
  },
  'OpenSSH scp': {
    program: 'scp',
    async move(server, { here, there, back }) {
      const words = [...openSshWords(server), '-s', '-P', String(server.port)];
      const options = { cwd: server.home };
      const up = await run('scp', [...words, here, `u@${server.host}:${there}`], options);
      return up.code === 0 ? await run('scp', [...words, `u@${server.host}:${there}`, back], options) : up;
    },
  },
  'PuTTY psftp': {
    program: 'psftp',
    // Its script is a file, which the test has written.
    move: (server) =>
      run(
        'psftp',
        [
          '-batch',
          '-P',
          String(server.port),
          '-l',
          'u',
          '-pw',
          'p',
          '-hostkey',
          server.fingerprint,
          '-b',
          'batch',
          server.host,
        ],
        { cwd: server.home },
      ),
  },
  lftp: {
    program: 'lftp',
    move: (server, { here, there, back }) => {
      const ssh = `ssh -a -x ${openSshWords(server).join(' ')}`;
      const script = `set sftp:connect-program '${ssh}'; set net:max-retries 1; open -u u, -p ${server.port} sftp://${server.host}; put ${here} -o ${there}; ls; get ${there} -o ${back}`;
      return run('lftp', ['--norc', '-c', script], { cwd: server.home });
    },
  },
  curl: {
    program: 'curl',
    async move(server, { here, there, back }) {
      const words = ['-sS', '-k', '-u', 'u:', '--key', server.keyFile, '--pubkey', `${server.keyFile}.pub`];
      const url = `sftp://${server.host}:${server.port}/${there}`;
      const up = await run('curl', [...words, '-T', here, url], { cwd: server.home });
      return up.code === 0 ? await run('curl', [...words, '-o', back, url], { cwd: server.home }) : up;
    },
  },
  paramiko: {
    // Debian's module, which only Debian's Python finds.
    program: '/usr/lib/python3/dist-packages/paramiko',
    move: (server, { here, there, back }) =>
      run('/usr/bin/python3', ['-c', PARAMIKO, server.host, String(server.port), 'u', 'p', here, there, back], {
        cwd: server.home,
      }),
  },
};

/** None, and more than one request carries, in OpenSSH’s way (32 KiB) and with limits (255 KiB). */
const SIZES = [0, 300_001];

for (const [name, client] of Object.entries(CLIENTS))
  describe(name, needs(client.program), () => {
    for (const size of SIZES)
      test(`${size} bytes there and back`, async () => {
        await using server = await startSftpOverSsh();
        const bytes = sampleBytes(size);
        const names = { here: 'here.bin', there: 'there.bin', back: 'back.bin' };
        await writeFile(join(server.home, names.here), bytes);
        await writeFile(join(server.home, 'batch'), 'put here.bin there.bin\nls\nget there.bin back.bin\n');
        const { code, output } = await client.move(server, names);
        assert.equal(code, 0, output);
        assert.deepEqual(await readFile(join(server.root, names.there)), Buffer.from(bytes), output);
        assert.deepEqual(await readFile(join(server.home, names.back)), Buffer.from(bytes), output);
        assert.deepEqual(await readdir(server.root), [names.there], 'nothing else is left');
        assert.deepEqual(
          server.events.filter(({ kind }) => kind === 'fault'),
          [],
        );
      });
  });

describe('what else OpenSSH’s sftp does', needs('sftp'), () => {
  const batch = (server: SftpOverSsh, lines: readonly string[]): Promise<RunResult> =>
    run('sftp', [...openSshWords(server), '-P', String(server.port), '-b', '-', `u@${server.host}`], {
      cwd: server.home,
      input: `${lines.join('\n')}\n`,
    });

  test('directories, links, modes, times, names of all kinds, and a copy within the server', async () => {
    await using server = await startSftpOverSsh();
    await writeFile(join(server.home, 'a b'), 'x');
    const { code, output } = await batch(server, [
      'mkdir "d with blank"',
      'put -p "a b" "d with blank/ü ☃"',
      'chmod 640 "d with blank/ü ☃"',
      'cp "d with blank/ü ☃" copy',
      'ln -s copy link',
      'rename copy renamed',
      'rm link',
      'rename renamed copy',
      'ls -l "d with blank"',
      'rm copy',
    ]);
    assert.equal(code, 0, output);
    const moved = await stat(join(server.root, 'd with blank/ü ☃'));
    assert.equal(moved.mode & 0o777, 0o640);
    assert.equal(moved.size, 1);
    assert.deepEqual(await readdir(server.root), ['d with blank']);
  });

  test('a whole tree, there and back', async () => {
    await using server = await startSftpOverSsh();
    const { code, output } = await batch(server, [
      'lmkdir t',
      'lmkdir t/u',
      '!cp /etc/hostname t/u/f',
      'put -R t t2',
      'get -R t2 t3',
    ]);
    assert.equal(code, 0, output);
    assert.deepEqual(await readdir(join(server.home, 't3/u')), ['f']);
  });

  test('reput goes on where an upload was cut', async () => {
    await using server = await startSftpOverSsh();
    const bytes = Buffer.from(sampleBytes(500_000));
    await writeFile(join(server.home, 'f'), bytes);
    await writeFile(join(server.root, 'f'), bytes.subarray(0, 200_000));
    const { code, output } = await batch(server, ['reput f f']);
    assert.equal(code, 0, output);
    assert.deepEqual(await readFile(join(server.root, 'f')), bytes);
  });

  test('what fails is told in words', async () => {
    await using server = await startSftpOverSsh();
    await writeFile(join(server.root, 'f'), 'x');
    for (const [line, words] of [
      ['get missing', /not found|No such file/],
      ['mkdir f', /File exists|Failure|failure/],
      ['rmdir missing', /No such file/],
      ['cd f', /not a directory/i],
    ] as const) {
      const { code, output } = await batch(server, [line]);
      assert.notEqual(code, 0, line);
      assert.match(output, words);
    }
  });

  test('keys are changed in the middle of a transfer, by its wish', async () => {
    await using server = await startSftpOverSsh();
    const bytes = Buffer.from(sampleBytes(8_000_000));
    await writeFile(join(server.home, 'f'), bytes);
    const words = [...openSshWords(server), '-o', 'RekeyLimit=1M', '-P', String(server.port), '-b', '-'];
    const input = 'put f f\nget f g\n';
    const { code, output } = await run('sftp', [...words, `u@${server.host}`], { cwd: server.home, input });
    assert.equal(code, 0, output);
    assert.deepEqual(await readFile(join(server.home, 'g')), bytes);
  });
});
