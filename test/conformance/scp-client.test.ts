/** Our client of SCP (P24 to P29) against servers that a test plays, and against our own. `\0` is yes. */
import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { copyTree } from '../../src/files/copy/copy-tree.ts';
import { FileError, type FileErrorKind } from '../../src/files/error.ts';
import { memoryFileSystem } from '../../src/files/memory/memory-file-system.ts';
import { connectScp } from '../../src/protocols/scp/client/connect-scp.ts';
import { at, type Played, playedExec, putFile, type RawEnd, readFile, servedExec } from '../support/scp.ts';
import { sampleBytes } from '../support/tree.ts';

const failing = async (work: Promise<unknown>, kind: FileErrorKind, says?: RegExp): Promise<FileError> => {
  const error = await work.then(
    () => assert.fail(`it should have failed with ${kind}`),
    (thrown: unknown) => thrown,
  );
  assert.ok(error instanceof FileError, String(error));
  assert.equal(error.kind, kind, error.message);
  if (says !== undefined) assert.match(error.message, says);
  return error;
};

async function put(server: Played['server'], options: { dialect?: 'device'; path?: string; size?: number } = {}) {
  const { exec, commands, played } = playedExec({ server });
  const files = await connectScp({ exec, ...(options.dialect === undefined ? {} : { dialect: options.dialect }) });
  const content = Buffer.alloc(options.size ?? 5, 'x');
  const work = async (): Promise<void> => {
    const upload = await files.openUpload(at(options.path ?? '/x.bin'), { sizeBytes: content.length });
    try {
      await upload.write(content, 0);
      await upload.commit();
    } catch (error) {
      await upload.discard();
      throw error;
    }
  };
  return { work: work(), commands, played };
}

async function get(
  server: Played['server'],
  options: { dialect?: 'device'; path?: string; complaints?: string; status?: number } = {},
) {
  const { dialect, path = '/x.bin', ...said } = options;
  const { exec, commands, played } = playedExec({ server, ...said });
  const files = await connectScp({ exec, ...(dialect === undefined ? {} : { dialect }) });
  return { work: readFile(files, path), commands, played };
}

/** A device that takes one file. */
const takesFile = async (end: RawEnd, line: string, size: number): Promise<void> => {
  await end.send('\0');
  await end.expect(`${line}\n`);
  await end.send('\0');
  await end.take(size + 1);
};

describe('writing to a device', () => {
  const NAMES: readonly (readonly [path: string, command: string, name: string])[] = [
    ['/flash:/c2911.bin', 'scp -t flash:/c2911.bin', 'c2911.bin'],
    ['/flash:c2911.bin', 'scp -t flash:c2911.bin', 'c2911.bin'],
    ['/nvram:startup-config', 'scp -t nvram:startup-config', 'startup-config'],
    ['/running-config', 'scp -t running-config', 'running-config'],
  ];
  for (const [path, command, name] of NAMES)
    test(`P24: ${command}, and no flag more`, async () => {
      const run = await put((end) => takesFile(end, `C0644 5 ${name}`, 5).then(() => end.send('\0')), {
        dialect: 'device',
        path,
      });
      await run.work;
      await run.played();
      assert.deepEqual(run.commands, [command]);
    });

  test('P25: gone behind its last word without exit status: done', async () => {
    const run = await put(
      async (end) => {
        await takesFile(end, 'C0644 5 x.bin', 5);
        await end.send('\0');
        end.channel.destroy();
      },
      { dialect: 'device' },
    );
    await run.work;
  });

  test('P25: gone before its last word: not done', async () => {
    const run = await put((end) => takesFile(end, 'C0644 5 x.bin', 5), { dialect: 'device' });
    await failing(run.work, 'connection-lost');
  });

  test('P25: Privilege denied', async () => {
    for (const mark of ['\x01', '\x02', '']) {
      const run = await put((end) => end.send(`${mark}Privilege denied.\n`), { dialect: 'device' });
      await failing(run.work, 'denied', /Privilege denied/);
    }
  });

  test('a name that its command line would take apart is not sent', async () => {
    const run = await put(() => Promise.resolve(), { dialect: 'device', path: '/flash:/two words' });
    await failing(run.work, 'bad-name');
    assert.deepEqual(run.commands, []);
  });

  test('a device has no directories, and looking at its root asks nobody', async () => {
    const { exec, commands } = playedExec({ server: () => Promise.resolve() });
    const files = await connectScp({ exec, dialect: 'device' });
    assert.equal(files.directories, 'unseen');
    assert.equal((await files.stat(at('/'))).type, 'directory');
    await failing(files.makeDirectory(at('/x')), 'unsupported');
    await failing(Array.fromAsync(files.list(at('/'))), 'unsupported');
    assert.deepEqual(commands, []);
  });
});

describe('refusals of a server, by their texts', () => {
  const TEXTS: readonly (readonly [text: string, kind: FileErrorKind])[] = [
    ['scp: /x: No such file or directory', 'not-found'],
    ['scp: /x: Permission denied', 'denied'],
    ['scp: /x: No space left on device', 'full'],
    ['scp: /x: Disk quota exceeded', 'quota'],
    ['scp: /x: Is a directory', 'is-directory'],
    ['scp: /x: not a regular file', 'not-regular'],
    ['scp: /x: Read-only file system', 'read-only'],
    ['-p -d options not supported', 'unsupported'],
    ['%Error opening flash:/x (File not found)', 'not-found'],
    ['something else', 'io'],
  ];
  for (const [text, kind] of TEXTS)
    test(text, async () => {
      const run = await get((end) => end.send(`\x01${text}\n`));
      const { reply } = await failing(run.work, kind);
      assert.equal(reply, text);
    });

  test('P28: nothing in a message moves the cursor', async () => {
    const run = await get((end) => end.send('\x01\x1b[2Jgone\x07\n'));
    const { message } = await failing(run.work, 'io');
    assert.doesNotMatch(message, /[\x00-\x1f]/);
  });

  test('a server without scp, and one whose login script speaks', async () => {
    const missing = await get(() => Promise.resolve(), { complaints: 'sh: scp: command not found\n', status: 127 });
    await failing(missing.work, 'unsupported', /no scp.*sftp/);
    const greeting = await get((end) => end.send('Welcome to R1!\n'));
    await failing(greeting.work, 'protocol', /Welcome to R1.*login scripts/);
    const silent = await get(() => Promise.resolve());
    await failing(silent.work, 'connection-lost');
    const { exec } = playedExec({ server: (end) => end.take(100_000).then(() => undefined) });
    const mute = await connectScp({ exec, timeouts: { replyMs: 20 } });
    await failing(readFile(mute, '/x.bin'), 'timed-out', /silent for 0.02 s/);
    const endless = await get((end) => end.send('x'.repeat(100_000)));
    await failing(endless.work, 'protocol');
  });
});

describe('reading', () => {
  test('a file with its times, quoted only where it needs to be', async () => {
    const { exec, commands, played } = playedExec({
      async server(end) {
        await end.expect('\0');
        await end.send('T1183828267 0 1183828268 0\n');
        await end.expect('\0');
        await end.send("C0640 3 it's\n");
        await end.expect('\0');
        await end.send('one\0');
        await end.expect('\0');
      },
    });
    const files = await connectScp({ exec, names: 'absolute' });
    const reader = await files.openReader(at("/two words/it's"));
    const { sizeBytes, mode, modifiedMs } = reader.entry;
    assert.deepEqual({ sizeBytes, mode, modifiedMs }, { sizeBytes: 3, mode: 0o640, modifiedMs: 1_183_828_267_000 });
    const into = Buffer.alloc(10);
    assert.equal(await reader.read(into, 0), 3);
    assert.equal(await reader.read(into, 3), 0);
    await played();
    assert.deepEqual(commands, [String.raw`scp -p -f '/two words/it'\''s'`]);
  });

  test('names that look like flags and homes do not become them', async () => {
    for (const [path, command] of [
      ['/-rf', 'scp -p -f ./-rf'],
      ['/~root', "scp -p -f './~root'"],
      ['/a;b', "scp -p -f 'a;b'"],
    ] as const) {
      const run = await get((end) => end.send('\x01no such file\n'), { path });
      await failing(run.work, 'not-found');
      assert.deepEqual(run.commands, [command]);
    }
  });

  const sends =
    (...answers: readonly string[]): Played['server'] =>
    async (end) => {
      for (const answer of answers) {
        await end.expect('\0');
        await end.send(answer);
      }
    };

  test('the end of the file counts only with the word for it', async () => {
    await failing((await get(sends('C0644 3 x.bin\n', 'one'))).work, 'connection-lost');
    await failing((await get(sends('C0644 3 x.bin\n', 'on'))).work, 'connection-lost');
    await failing((await get(sends('C0644 0 x.bin\n', '\x01scp: x.bin: Input/output error\n'))).work, 'io');
    assert.equal((await (await get(sends('C0644 3 x.bin\n', 'one\0'))).work).toString(), 'one');
    assert.equal((await (await get(sends('C0644 0 x.bin\n', '\0'))).work).length, 0);
  });

  /** What OpenSSH's own suite has a bad server send (badserver_0 to 7), and more of the kind. */
  const BAD: readonly (readonly [what: string, server: Played['server'], kind: FileErrorKind])[] = [
    ['another name (CVE-2019-6111)', sends('C0644 3 .bashrc\n'), 'unsafe'],
    ['a name that leads up (CVE-2000-0992)', sends('C0644 3 ../x.bin\n'), 'unsafe'],
    ['an absolute name', sends('C0644 3 /tmp/x.bin\n'), 'unsafe'],
    ['a directory instead', sends('D0755 0 x.bin\n'), 'is-directory'],
    ['an absolute directory', sends('D0755 0 /tmp\n'), 'unsafe'],
    ['a directory that leads up', sends('D0755 0 ..\n'), 'unsafe'],
    ['a directory without a name (CVE-2018-20685)', sends('D0755 0 \n'), 'unsafe'],
    ['this very directory', sends('D0755 0 .\n'), 'unsafe'],
    ['escapes in a name (CVE-2019-6109)', sends('C0644 3 \x1b[2K\rx.bin\n'), 'unsafe'],
    ['a size that is none', sends('C0644 999999999999999999999 x.bin\n'), 'protocol'],
    ['an end of nothing', sends('E\n'), 'protocol'],
  ];
  for (const [what, server, kind] of BAD)
    test(`P26, P27: ${what}`, async () => {
      const { message } = await failing((await get(server)).work, kind);
      assert.doesNotMatch(message, /[\x00-\x1f]/);
    });

  test('P26: a file more than was asked for is not taken', async () => {
    const run = await get(sends('C0644 3 x.bin\n', 'one\0', 'C0644 4 evil\n'));
    assert.equal((await run.work).toString(), 'one');
  });

  test('an aborted call ends with its reason, and a closed client with connection-lost', async () => {
    const { exec } = playedExec({ server: () => new Promise(() => undefined) });
    const files = await connectScp({ exec });
    const stop = new AbortController();
    const reading = files.openReader(at('/x'), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await assert.rejects(reading, /enough/);
    const other = files.openReader(at('/x'));
    const lost = failing(other, 'connection-lost');
    await files.close();
    await lost;
  });
});

describe('against our own server', () => {
  test('files of every size, odd names, any offset', async () => {
    const there = memoryFileSystem();
    const files = await connectScp({ exec: servedExec(there) });
    for (const size of [0, 1, 32 * 1024 - 1, 32 * 1024, 32 * 1024 + 1, 3_000_000]) {
      const content = sampleBytes(size, size + 1);
      const upload = await files.openUpload(at("/it's; a $name"), { sizeBytes: size, mode: 0o600 });
      await upload.write(content, 0);
      assert.equal((await upload.commit()).sizeBytes, size);
      assert.deepEqual(await readFile(there, "/it's; a $name"), content);
      assert.deepEqual(await readFile(files, "/it's; a $name"), content);
    }
    await using reader = await files.openReader(at("/it's; a $name"), { fromBytes: 5 });
    const content = sampleBytes(3_000_000, 3_000_001);
    for (const position of [1_000_000, 5, 2_999_999]) {
      const into = Buffer.alloc(1);
      assert.equal(await reader.read(into, position), 1);
      assert.equal(into[0], content[position]);
    }
    assert.equal(await reader.read(Buffer.alloc(1), 3_000_000), 0);
  });

  test('a file whose size nobody knows is held while it is small, and refused beyond', async () => {
    const there = memoryFileSystem();
    const files = await connectScp({ exec: servedExec(there) });
    const small = await files.openUpload(at('/small'));
    await small.write(Buffer.from('abc'), 0);
    await small.commit();
    assert.equal((await readFile(there, '/small')).toString(), 'abc');
    const large = await files.openUpload(at('/large'));
    await large.write(Buffer.alloc(1024 * 1024), 0);
    await failing(large.write(Buffer.alloc(1), 1024 * 1024), 'unsupported', /size/);
    await large.discard();
  });

  test('a file that changes its size meanwhile is not called stored', async () => {
    const there = memoryFileSystem();
    const files = await connectScp({ exec: servedExec(there) });
    const upload = await files.openUpload(at('/x'), { sizeBytes: 10 });
    await upload.write(Buffer.alloc(5), 0);
    await failing(upload.commit(), 'integrity');
    await upload.discard();
    await failing(there.stat(at('/x')), 'not-found');
  });

  test('looking, listing and making directories', async () => {
    const there = memoryFileSystem();
    await there.makeDirectory(at('/etc'));
    await putFile(there, '/etc/a', 'one');
    await there.setAttributes(at('/etc/a'), { modifiedMs: 1_183_828_267_000, mode: 0o640 });
    const files = await connectScp({ exec: servedExec(there) });
    assert.equal((await files.stat(at('/'))).type, 'directory');
    assert.equal((await files.stat(at('/etc'))).type, 'directory');
    const { type, sizeBytes, modifiedMs, mode } = await files.stat(at('/etc/a'));
    assert.deepEqual(
      { type, sizeBytes, modifiedMs, mode },
      { type: 'file', sizeBytes: 3, modifiedMs: 1_183_828_267_000, mode: 0o640 },
    );
    await failing(files.stat(at('/etc/b')), 'not-found');
    await files.makeDirectory(at('/etc/new'), { mode: 0o750 });
    assert.equal((await there.stat(at('/etc/new'))).mode, 0o750);
    await failing(files.makeDirectory(at('/etc/new')), 'exists');
    await failing(files.makeDirectory(at('/nix/new')), 'not-found');
    const entries = (await Array.fromAsync(files.list(at('/etc')))).flat();
    assert.deepEqual(entries.map(({ name, type: is }) => `${is} ${name}`).sort(), ['directory new', 'file a']);
    await failing(Array.fromAsync(files.list(at('/etc/a'))), 'not-directory');
    await failing(files.remove(at('/etc/a')), 'unsupported', /sftp/);
  });

  test('whole trees, there and back', async () => {
    const [here, there, back] = [memoryFileSystem(), memoryFileSystem(), memoryFileSystem()];
    for (const path of ['/t', '/t/two words', '/t/empty']) await here.makeDirectory(at(path));
    for (const [index, path] of ['/t/a', '/t/two words/b', "/t/two words/it's"].entries())
      await putFile(here, path, sampleBytes(index * 50_000));
    const files = await connectScp({ exec: servedExec(there) });
    const place = (of: typeof here | typeof files, path: string) => ({ files: of, path: at(path), label: path });
    assert.deepEqual((await copyTree(place(here, '/t'), place(files, '/t'), {})).failures, []);
    assert.deepEqual((await copyTree(place(files, '/t'), place(back, '/t'), {})).failures, []);
    for (const path of ['/t/a', '/t/two words/b', "/t/two words/it's"])
      assert.deepEqual(await readFile(back, path), await readFile(here, path));
    assert.equal((await back.stat(at('/t/empty'))).type, 'directory');
  });
});
