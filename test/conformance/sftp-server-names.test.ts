/** The SFTP server: names, extensions, and what is told of all that is done. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, test } from 'node:test';
import type { ServerEvent } from '../../src/observe/event.ts';
import { readAttributes } from '../../src/protocols/sftp/wire/attributes.ts';
import { PACKET, STATUS } from '../../src/protocols/sftp/wire/numbers.ts';
import type { PacketWriter } from '../../src/protocols/sftp/wire/packet-writer.ts';
import { RawSftp } from '../support/raw-sftp.ts';
import { about, attributesOf, close, NEW, read, READ, withFiles, write } from '../support/sftp-requests.ts';
import { get, path, put } from './files-probe.ts';

describe('names', () => {
  test('are always absolute, and never lead out', async () => {
    const raw = await RawSftp.open(await withFiles(), { startDirectory: path('/home') });
    for (const [asked, told] of [
      ['.', '/home'],
      ['', '/home'],
      ['..', '/'],
      ['../../../etc', '/etc'],
      ['a//b/./c/', '/home/a/b/c'],
      ['/x/../y', '/y'],
    ] as const) {
      const { fields } = await raw.ask(PACKET.realpath, (packet) => packet.text(asked));
      assert.equal(fields.uint32(), 1);
      assert.equal(fields.text(), told);
    }
    assert.equal(await about(raw, PACKET.stat, 'a\0b'), STATUS.badMessage);
  });

  test('to rename never replaces; posix-rename does', async () => {
    const files = await withFiles({ '/a': 'new', '/b': 'old' });
    const raw = await RawSftp.open(files);
    const both = (packet: PacketWriter): PacketWriter => packet.text('/a').text('/b');
    assert.equal(await raw.status(PACKET.rename, both), STATUS.failure);
    assert.equal(await get(files, '/b'), 'old');
    assert.equal((await raw.extended('posix-rename@openssh.com', both)).fields.uint32(), STATUS.ok);
    assert.equal(await get(files, '/b'), 'new');
  });

  test('directories: made once, removed when empty', async () => {
    const raw = await RawSftp.open(await withFiles());
    const make = (packet: PacketWriter): PacketWriter => packet.text('/d').uint32(0);
    assert.equal(await raw.status(PACKET.mkdir, make), STATUS.ok);
    assert.equal(await raw.status(PACKET.mkdir, make), STATUS.failure);
    const handle = await raw.open('/d/f', NEW);
    assert.equal(await close(raw, handle), STATUS.ok);
    assert.equal(await about(raw, PACKET.rmdir, '/d'), STATUS.failure);
    assert.equal(await about(raw, PACKET.remove, '/d'), STATUS.failure);
    assert.equal(await about(raw, PACKET.remove, '/d/f'), STATUS.ok);
    assert.equal(await about(raw, PACKET.rmdir, '/d'), STATUS.ok);
  });

  test('a link is made with its target first, as OpenSSH has it', async () => {
    const files = await withFiles({ '/a': 'x' });
    const raw = await RawSftp.open(files);
    assert.equal(await raw.status(PACKET.symlink, (packet) => packet.text('a').text('/link')), STATUS.ok);
    const { fields } = await raw.ask(PACKET.readlink, (packet) => packet.text('/link'));
    fields.uint32();
    assert.equal(fields.text(), 'a');
    assert.equal((await attributesOf(raw, PACKET.lstat, '/link')).mode! & 0o170000, 0o120000);
    assert.equal((await attributesOf(raw, PACKET.stat, '/link')).mode! & 0o170000, 0o100000);
  });

  test('a listing streams, has . and .., and lines as of ls -l', async () => {
    const files = await withFiles();
    for (let index = 0; index < 250; index += 1) await put(files, `/f${index}`, 'x');
    const raw = await RawSftp.open(files);
    const opened = await raw.ask(PACKET.opendir, (packet) => packet.text('/'));
    const handle = Uint8Array.from(opened.fields.string());
    const names: string[] = [];
    let batches = 0;
    for (;;) {
      const { type, fields } = await raw.ask(PACKET.readdir, (packet) => packet.string(handle));
      if (type === PACKET.status) {
        assert.equal(fields.uint32(), STATUS.eof);
        break;
      }
      batches += 1;
      const count = fields.uint32();
      for (let index = 0; index < count; index += 1) {
        const name = fields.text();
        names.push(name);
        assert.match(
          fields.text(),
          new RegExp(`^[-d]rw.{7} +\\d+ \\S+ +\\S+ +\\d+ \\w{3} [ \\d]\\d .{5} ${name.replaceAll('.', '\\.')}$`),
        );
        readAttributes(fields);
      }
    }
    assert.equal(names.length, 252);
    assert.ok(names.includes('.') && names.includes('..'));
    assert.ok(batches >= 3, 'in batches');
    assert.equal(await close(raw, handle), STATUS.ok);
  });
});

describe('extensions', () => {
  test('limits', async () => {
    const raw = await RawSftp.open(await withFiles());
    const { fields } = await raw.extended('limits@openssh.com');
    assert.deepEqual(
      [fields.uint64(), fields.uint64(), fields.uint64(), fields.uint64()],
      [262_144, 261_120, 261_120, 512],
    );
  });

  test('~ and the home directory', async () => {
    const raw = await RawSftp.open(await withFiles(), { startDirectory: path('/home') });
    for (const [name, asked, told] of [
      ['expand-path@openssh.com', '~', '/home'],
      ['expand-path@openssh.com', '~/x', '/home/x'],
      ['expand-path@openssh.com', '~u/x', '/home/x'],
      ['expand-path@openssh.com', '/y', '/y'],
      ['home-directory', '', '/home'],
      ['home-directory', 'u', '/home'],
    ] as const) {
      const { fields } = await raw.extended(name, (packet) => packet.text(asked));
      fields.uint32();
      assert.equal(fields.text(), told);
    }
    for (const [name, asked] of [
      ['expand-path@openssh.com', '~root/x'],
      ['home-directory', 'root'],
    ] as const)
      assert.equal((await raw.extended(name, (packet) => packet.text(asked))).fields.uint32(), STATUS.noSuchFile);
  });

  test('copy-data copies a part or all of a file, and never onto itself', async () => {
    const files = await withFiles({ '/a': 'hello world' });
    const raw = await RawSftp.open(files);
    const from = await raw.open('/a', READ);
    const to = await raw.open('/b', NEW);
    const copy = (at: number, length: number, target: Uint8Array, targetAt: number) =>
      raw.extended('copy-data', (packet) =>
        packet.string(from).uint64(at).uint64(length).string(target).uint64(targetAt),
      );
    assert.equal((await copy(6, 3, to, 0)).fields.uint32(), STATUS.ok);
    assert.equal((await copy(0, 0, to, 3)).fields.uint32(), STATUS.ok);
    assert.equal((await copy(0, 0, from, 0)).fields.uint32(), STATUS.failure);
    assert.equal(await close(raw, to), STATUS.ok);
    assert.equal(await get(files, '/b'), 'worhello world');
  });

  test('hashes: of a file by its name, of an open one, of its blocks', async () => {
    const text = 'x'.repeat(1000);
    const raw = await RawSftp.open(await withFiles({ '/a': text }));
    const sum = (bytes: string): string => createHash('sha256').update(bytes).digest('hex');
    const rest = (fields: { readonly leftBytes: number; byte(): number }): string =>
      Buffer.from(Array.from({ length: fields.leftBytes }, () => fields.byte())).toString('hex');
    const byName = await raw.extended('check-file-name', (packet) =>
      packet.text('/a').text('crc32,sha256,md5').uint64(0).uint64(0).uint32(0),
    );
    assert.equal(byName.fields.text(), 'sha256');
    assert.equal(rest(byName.fields), sum(text));
    const handle = await raw.open('/a', READ);
    const inBlocks = await raw.extended('check-file-handle', (packet) =>
      packet.string(handle).text('sha256').uint64(100).uint64(600).uint32(256),
    );
    assert.equal(inBlocks.fields.text(), 'check-file');
    assert.equal(inBlocks.fields.text(), 'sha256');
    assert.equal(rest(inBlocks.fields), sum('x'.repeat(256)) + sum('x'.repeat(256)) + sum('x'.repeat(88)));
  });

  test('owners have no names for those who ask by number', async () => {
    const raw = await RawSftp.open(await withFiles());
    const ids = Buffer.from([0, 0, 0, 0, 0, 0, 3, 232]);
    const { fields } = await raw.extended('users-groups-by-id@openssh.com', (packet) =>
      packet.string(ids).string(new Uint8Array()),
    );
    assert.equal(fields.string().length, 8);
    assert.equal(fields.string().length, 0);
  });
});

describe('what is told of it', () => {
  test('uploads, downloads, listings and changes are events; to look for what is missing is none', async () => {
    const events: ServerEvent[] = [];
    const raw = await RawSftp.open(await withFiles({ '/a': 'hello' }), { events });
    const reading = await raw.open('/a', READ);
    await read(raw, reading, 0, 100);
    await close(raw, reading);
    const writing = await raw.open('/b', NEW);
    await write(raw, writing, 0, 'abc');
    await close(raw, writing);
    await about(raw, PACKET.stat, '/missing');
    await about(raw, PACKET.remove, '/b');
    await about(raw, PACKET.remove, '/missing');
    assert.deepEqual(
      events.map((event) =>
        event.kind === 'transfer'
          ? [event.direction, event.path, event.bytes, event.outcome, event.evidence]
          : event.kind === 'changed'
            ? [event.verb, event.path]
            : event.kind === 'command-failed'
              ? [event.verb, event.argument, event.reply]
              : [event.kind],
      ),
      [
        ['download', '/a', 5, 'complete', undefined],
        ['upload', '/b', 3, 'complete', 'proven'],
        ['REMOVE', '/b'],
        ['REMOVE', '/missing', 'No such file or directory'],
      ],
    );
  });
});
