import { expect, test } from "vitest";
import { Rng } from "../rng/index.ts";
import { PayloadWriter } from "./payload-writer.ts";

/** As the protobuf encoding guide writes them: https://protobuf.dev/programming-guides/encoding/ */
test.each([
  // what                            written                                                  bytes
  ["150", (w: PayloadWriter) => w.uint32(150), [0x96, 0x01]],
  ["2³² − 1", (w: PayloadWriter) => w.uint32(0xffff_ffff), [0xff, 0xff, 0xff, 0xff, 0x0f]],
  ["−2 in 64 bits", (w: PayloadWriter) => w.uint64(-2), [0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01]],
  ["2⁵³ − 1", (w: PayloadWriter) => w.uint64(Number.MAX_SAFE_INTEGER), [255, 255, 255, 255, 255, 255, 255, 0x0f]],
  ["2⁶³, a bigint", (w: PayloadWriter) => w.uint64(2n ** 63n), [128, 128, 128, 128, 128, 128, 128, 128, 128, 1]],
  ["a float", (w: PayloadWriter) => w.float(1), [0, 0, 0x80, 0x3f]],
  ["a double", (w: PayloadWriter) => w.double(-2), [0, 0, 0, 0, 0, 0, 0, 0xc0]],
  ["true", (w: PayloadWriter) => w.bool(true), [1]],
  ["a text", (w: PayloadWriter) => w.string("testing"), [7, 0x74, 0x65, 0x73, 0x74, 0x69, 0x6e, 0x67]],
  ["a text beyond ASCII", (w: PayloadWriter) => w.string("a°C"), [4, 0x61, 0xc2, 0xb0, 0x43]],
  ["bytes", (w: PayloadWriter) => w.bytes(Uint8Array.of(1, 2)), [2, 1, 2]],
  ["a message inside", (w: PayloadWriter) => w.fork().uint32(150).ldelim(), [2, 0x96, 0x01]],
] as const)("%s", (_, write, bytes) => {
  expect([...write(new PayloadWriter().begin()).finish()]).toEqual([...bytes]);
});

test.each([0, 1, 126, 127, 128, 129, 16_383, 16_384, 70_000])("a message of %d bytes carries its length", (length) => {
  const inside = Uint8Array.from({ length }, (_, index) => index);
  const writer = new PayloadWriter().begin().fork().fork();
  for (const byte of inside) writer.uint32(byte & 127);
  const bytes = writer.ldelim().ldelim().finish();
  const [outer, from] = varintAt(bytes, 0);
  const [inner, start] = varintAt(bytes, from);
  expect(from + outer).toBe(bytes.length);
  expect(inner).toBe(length);
  expect([...bytes.subarray(start)]).toEqual([...inside.map((byte) => byte & 127)]);
});

test("what was given up half way leaves nothing behind", () => {
  const writer = new PayloadWriter();
  writer.begin().fork().string("never ended");
  expect([...writer.begin().uint32(1).finish()]).toEqual([1]);
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))("texts of any kind are UTF-8 (seed %d)", (seed) => {
  const rng = new Rng(`text-${seed}`);
  const text = String.fromCodePoint(...Array.from({ length: rng.integer(0, 400) }, () => rng.integer(1, 0xd7ff)));
  const bytes = new PayloadWriter().begin().string(text).finish();
  const [length, start] = varintAt(bytes, 0);
  expect(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes.subarray(start))).toBe(text);
  expect(length).toBe(bytes.length - start);
});

function varintAt(bytes: Uint8Array, from: number): [value: number, next: number] {
  let value = 0;
  for (let at = from, shift = 0; ; at++, shift += 7) {
    const byte = bytes[at] ?? 0;
    value += (byte & 127) * 2 ** shift;
    if (byte < 128) return [value, at + 1];
  }
}
