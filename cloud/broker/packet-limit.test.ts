import { expect, test } from "vitest";
import { FrameScanner } from "./packet-limit.ts";

const packet = (bodyBytes: number): number[] => {
  const length: number[] = [];
  for (let left = bodyBytes; ; ) {
    const byte = left % 128;
    left = Math.floor(left / 128);
    length.push(left > 0 ? byte | 0x80 : byte);
    if (left === 0) break;
  }
  return [0x30, ...length, ...Array<number>(bodyBytes).fill(0xff)];
};

test.each([
  [0, 2, true],
  [98, 100, true],
  [99, 100, false],
  [127, 129, true],
  [128, 130, false],
  [128, 131, true],
  [20_000, 20_004, true],
  [20_000, 20_003, false],
])("a body of %d bytes with %d allowed: %s", (bodyBytes, packetBytesMax, accepted) => {
  expect(new FrameScanner(packetBytesMax).accept(Uint8Array.from(packet(bodyBytes)))).toBe(accepted);
});

test("packets are followed however they are cut into chunks", () => {
  const stream = Uint8Array.from([...packet(5), ...packet(0), ...packet(300), ...packet(60), ...packet(400)]);
  for (const size of [1, 2, 3, 7, 301, 10_000]) {
    const scanner = new FrameScanner(400);
    const verdicts: boolean[] = [];
    for (let at = 0; at < stream.length; at += size) verdicts.push(scanner.accept(stream.subarray(at, at + size)));
    const refusedAt = verdicts.indexOf(false) * size;
    expect(refusedAt, `chunks of ${size}`).toBeLessThanOrEqual(5 + 2 + 2 + 303 + 62 + 3);
    expect(verdicts).toContain(false);
    const calm = new FrameScanner(403);
    for (let at = 0; at < stream.length; at += size) expect(calm.accept(stream.subarray(at, at + size))).toBe(true);
  }
});

test("a length of more than four bytes is malformed", () => {
  expect(new FrameScanner(1e9).accept(Uint8Array.of(0x30, 0x80, 0x80, 0x80, 0x80, 0x01))).toBe(false);
});
