import { describe, expect, test } from 'vitest';
import { type Capture, formatPcapng } from './pcapng.ts';

const hex = (text: string): string => text.replaceAll(/\s/g, '');
const formatted = (changes: Partial<Capture> = {}): string =>
  formatPcapng({ program: 'us', interface: 'if0', keyLog: '', packets: [], ...changes }).toString('hex');

const SECTION = hex(`
  0a0d0d0a 28000000  4d3c2b1a 0100 0000  ffffffffffffffff
  0400 0200 75730000  0000 0000
  28000000`);
const INTERFACE = hex(`
  01000000 28000000  0100 0000 00000000
  0200 0300 69663000  0900 0100 09000000  0000 0000
  28000000`);

describe('blocks of a capture, by draft-ietf-opsawg-pcapng', () => {
  test('a section of an unknown length (§4.1) and one Ethernet interface in nanoseconds (§4.2) come first', () => {
    expect(formatted()).toBe(SECTION + INTERFACE);
  });

  test('secrets are of the type "TLSK", with the length that they have without padding (§4.7)', () => {
    expect(formatted({ keyLog: 'A b c\n' })).toBe(
      SECTION + INTERFACE + hex('0a000000 1c000000 4b534c54 06000000 412062 20630a 0000 1c000000'),
    );
  });

  test('a packet has the upper half of its time first, its length twice, a comment and its direction (§4.3)', () => {
    const packet = { atNs: 0x0102_0304_0506_0708n, bytes: Uint8Array.of(1, 2, 3, 4, 5), comment: 'up' };
    expect(formatted({ packets: [{ ...packet, direction: 'in' }] })).toBe(
      SECTION +
        INTERFACE +
        hex(`06000000 3c000000  00000000 04030201 08070605  05000000 05000000 01020304 05000000
          0100 0200 75700000  0200 0400 01000000  0000 0000  3c000000`),
    );
    expect(formatted({ packets: [{ ...packet, direction: 'out' }] })).toContain('0200040002000000');
  });

  test('comments are UTF-8, and lengths are those of bytes', () => {
    const bytes = new Uint8Array(4);
    const file = formatted({ packets: [{ atNs: 0n, bytes, comment: '€', direction: 'out' }] });
    expect(file).toContain(hex('0100 0300 e282ac00'));
  });

  test('every block has the same length at its end, a multiple of four, and blocks fill the file', () => {
    const packets = [0, 1, 2, 3, 60, 1_514].map((length) => ({
      atNs: BigInt(length),
      bytes: new Uint8Array(length),
      comment: 'x'.repeat(length % 7),
      direction: 'out' as const,
    }));
    const file = formatPcapng({ program: 'p', interface: 'i', keyLog: 'k\n', packets });
    const types: number[] = [];
    let at = 0;
    while (at < file.length) {
      const length = file.readUInt32LE(at + 4);
      expect(length % 4).toBe(0);
      expect(file.readUInt32LE(at + length - 4)).toBe(length);
      types.push(file.readUInt32LE(at));
      at += length;
    }
    expect(at).toBe(file.length);
    // Secrets precede the packets that they decrypt.
    expect(types).toEqual([0x0a0d0d0a, 1, 10, ...packets.map(() => 6)]);
  });
});
