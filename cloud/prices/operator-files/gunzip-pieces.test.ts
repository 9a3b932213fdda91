import { gzipSync } from "node:zlib";
import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { inMemory } from "./archive-bytes.ts";
import { gunzipPieces } from "./gunzip-pieces.ts";

const rng = new Rng("gzip");
/** Hardly to be packed, so that it comes in many pieces. */
const noise = Buffer.from(Array.from({ length: 700_000 }, () => rng.integer(0, 256)));
const words = Buffer.from("SETTLEMENTDATE,RRP\n".repeat(20_000));

/** The bytes, or the sentence it was refused with, and in how many pieces it came. */
function unpacked(packed: Uint8Array): { readonly bytes: Buffer; readonly pieces: number; readonly says?: unknown } {
  const parts: Uint8Array[] = [];
  for (const piece of gunzipPieces(inMemory(packed), "prices.gz")) {
    if (!piece.ok) return { bytes: Buffer.concat(parts), pieces: parts.length, says: piece.error["says"] };
    parts.push(piece.value);
  }
  return { bytes: Buffer.concat(parts), pieces: parts.length };
}

test.each([
  ["one member", gzipSync(words), words],
  ["a member larger than a piece", gzipSync(noise), noise],
  [
    "several members after each other",
    Buffer.concat([gzipSync(noise), gzipSync(words)]),
    Buffer.concat([noise, words]),
  ],
])("%s unpacks to what it was", (_, packed, wanted) => {
  const { bytes, says } = unpacked(packed);
  expect(says).toBeUndefined();
  expect(bytes.equals(wanted)).toBe(true);
});

test("a large one comes in pieces, none of them long", () => {
  expect(unpacked(gzipSync(noise)).pieces).toBeGreaterThan(2);
});

const flipped = (bytes: Buffer, at: number): Buffer => {
  const other = Buffer.from(bytes);
  other[at < 0 ? bytes.length + at : at] = (other.at(at) as number) ^ 1;
  return other;
};
const first = gzipSync(noise);

test.each([
  ["cut off in its data", first.subarray(0, first.length - 100), /unexpected EOF/],
  ["cut off in its checksum", first.subarray(0, first.length - 3), /checksum or length/],
  ["with another checksum", flipped(first, -8), /checksum or length/],
  ["with another length", flipped(first, -4), /checksum or length/],
  [
    "whose first member has another checksum",
    Buffer.concat([flipped(first, -8), gzipSync(words)]),
    /checksum or length/,
  ],
  ["with something behind it", Buffer.concat([first, Buffer.from("something else is here")]), /does not unpack/],
])("one %s is refused", (_, packed, says) => {
  expect(unpacked(packed).says).toMatch(says);
});
