import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import { readAttributes, type SftpAttributes, writeAttributes } from './attributes.ts';
import { FieldReader, MalformedPacketError } from './field-reader.ts';
import { PACKET } from './numbers.ts';
import { PacketSplitter } from './packet-splitter.ts';
import { PacketWriter } from './packet-writer.ts';

const body = (packet: Uint8Array): Uint8Array => packet.subarray(4);

describe('packets of SFTP', () => {
  test('a packet is its length, its type and its fields', () => {
    const packet = new PacketWriter(PACKET.open).uint32(7).text('/a').uint32(1).finish();
    assert.equal(Buffer.from(packet).toString('hex'), '0000000f03' + '00000007' + '000000022f61' + '00000001');
  });

  test('any fields are read as they were written, however large', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), fc.maxSafeNat(), fc.nat(), (bytes, large, small) => {
        const packet = new PacketWriter(1)
          .string(bytes)
          .uint64(large)
          .uint32(small)
          .byte(small & 255)
          .finish();
        const fields = new FieldReader(body(packet));
        assert.deepEqual(Buffer.from(fields.string()), Buffer.from(bytes));
        assert.equal(fields.uint64(), large);
        assert.equal(fields.uint32(), small);
        assert.equal(fields.byte(), small & 255);
        assert.equal(fields.leftBytes, 0);
      }),
    );
  });

  test('a field that would reach past the end is refused, whatever length it claims', () => {
    for (const claimed of [1, 1000, 0x7fff_ffff, 0xffff_ffff]) {
      const packet = new PacketWriter(1).uint32(claimed).finish();
      assert.throws(() => new FieldReader(body(packet)).string(), MalformedPacketError);
    }
    assert.throws(() => new FieldReader(Uint8Array.of(1, 0, 0)).uint32(), MalformedPacketError);
  });

  test('names that are not UTF-8 survive', () => {
    const name = Uint8Array.of(0x66, 0xff, 0xe4);
    const packet = new PacketWriter(1).string(name).finish();
    const text = new FieldReader(body(packet)).text();
    assert.deepEqual(Buffer.from(body(new PacketWriter(1).text(text).finish())).subarray(5), Buffer.from(name));
  });
});

describe('cutting into packets', () => {
  test('any packets in any pieces come out the same', () => {
    const packets = fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 12 });
    fc.assert(
      fc.property(packets, fc.infiniteStream(fc.integer({ min: 1, max: 400 })), (wanted, sizes) => {
        const stream = Buffer.concat(
          wanted.flatMap((packet) => {
            const length = Buffer.alloc(4);
            length.writeUInt32BE(packet.length);
            return [length, packet];
          }),
        );
        const splitter = new PacketSplitter(300);
        const found: Buffer[] = [];
        for (let at = 0; at < stream.length;) {
          const size = Number(sizes.next().value);
          for (const packet of splitter.split(stream.subarray(at, at + size))) found.push(Buffer.from(packet));
          at += size;
        }
        assert.deepEqual(
          found,
          wanted.map((packet) => Buffer.from(packet)),
        );
        assert.equal(splitter.isPartial, false);
      }),
    );
  });

  test('a length of nothing, and one beyond the bound, end it before anything is set aside', () => {
    for (const length of [0, 301, 0xffff_ffff]) {
      const bytes = Buffer.alloc(4);
      bytes.writeUInt32BE(length);
      assert.throws(() => [...new PacketSplitter(300).split(bytes)], MalformedPacketError);
    }
  });
});

describe('attributes', () => {
  const seconds = fc.integer({ min: 0, max: 0xffff_ffff });
  const attributes: fc.Arbitrary<SftpAttributes> = fc
    .tuple(
      fc.option(fc.record({ sizeBytes: fc.maxSafeNat() })),
      fc.option(fc.record({ ownerId: seconds, groupId: seconds })),
      fc.option(fc.record({ mode: fc.integer({ min: 0, max: 0o177777 }) })),
      fc.option(fc.record({ accessedSeconds: seconds, modifiedSeconds: seconds })),
    )
    .map((parts) => Object.assign({}, ...parts) as SftpAttributes);

  test('are read as they were written', () => {
    fc.assert(
      fc.property(attributes, (wanted) => {
        const packet = new PacketWriter(PACKET.attrs);
        writeAttributes(packet, wanted);
        assert.deepEqual(readAttributes(new FieldReader(body(packet.finish()))), wanted);
      }),
    );
  });

  test('times that version 3 cannot tell become the nearest', () => {
    const packet = new PacketWriter(PACKET.attrs);
    writeAttributes(packet, { accessedSeconds: -5, modifiedSeconds: 2 ** 40 });
    assert.deepEqual(readAttributes(new FieldReader(body(packet.finish()))), {
      accessedSeconds: 0,
      modifiedSeconds: 0xffff_ffff,
    });
  });

  test('extended pairs are passed over, and a flood of them refused', () => {
    const packet = new PacketWriter(1).uint32(0x8000_0000).uint32(1).text('acl@example.com').text('x').uint32(9);
    const fields = new FieldReader(body(packet.finish()));
    assert.deepEqual(readAttributes(fields), {});
    assert.equal(fields.uint32(), 9);
    const flood = new PacketWriter(1).uint32(0x8000_0000).uint32(0xffff_ffff);
    assert.throws(() => readAttributes(new FieldReader(body(flood.finish()))), MalformedPacketError);
  });
});
