import type { Rng } from "@penstock/protocol/rng";

/** The bytes spoiled in one to four places, or, one time in sixteen, left as they are: good frames must still be taken. */
export function mutate(rng: Rng, bytes: Uint8Array): Uint8Array {
  if (rng.integer(0, 16) === 0) return bytes;
  let spoiled = Uint8Array.from(bytes);
  for (let count = rng.integer(1, 5); count > 0; count--)
    spoiled = WAYS[rng.integer(0, WAYS.length)]?.(rng, spoiled) ?? spoiled;
  return spoiled;
}

/** Cut in one to three pieces, as a network may. */
export function inPieces(rng: Rng, bytes: Uint8Array): Uint8Array[] {
  const one = rng.integer(0, bytes.length + 1);
  const other = rng.integer(0, bytes.length + 1);
  const first = Math.min(one, other);
  const second = Math.max(one, other);
  const pieces: Uint8Array[] = [];
  if (first > 0) pieces.push(bytes.subarray(0, first));
  if (second > first) pieces.push(bytes.subarray(first, second));
  if (bytes.length > second) pieces.push(bytes.subarray(second));
  return pieces;
}

type Way = (rng: Rng, bytes: Uint8Array<ArrayBuffer>) => Uint8Array<ArrayBuffer>;

const TELLING = [0, 1, 2, 0x7f, 0x80, 0x81, 0xfe, 0xff];

const flipBit: Way = (rng, bytes) => change(rng, bytes, (byte) => byte ^ (1 << rng.integer(0, 8)));
const replace: Way = (rng, bytes) => change(rng, bytes, () => rng.integer(0, 256));
const telling: Way = (rng, bytes) => change(rng, bytes, () => rng.pick(TELLING));
const step: Way = (rng, bytes) => change(rng, bytes, (byte) => byte + rng.pick([-1, 1]));
const truncate: Way = (rng, bytes) => bytes.slice(0, rng.integer(0, bytes.length + 1));
const drop: Way = (rng, bytes) => {
  const at = rng.integer(0, bytes.length + 1);
  return joined(bytes.subarray(0, at), bytes.subarray(at + rng.integer(1, 4)));
};
const insert: Way = (rng, bytes) => {
  const at = rng.integer(0, bytes.length + 1);
  return joined(bytes.subarray(0, at), Uint8Array.of(rng.pick(TELLING), rng.integer(0, 256)), bytes.subarray(at));
};
const repeat: Way = (rng, bytes) => {
  const from = rng.integer(0, bytes.length + 1);
  const to = Math.min(bytes.length, from + rng.integer(1, 16));
  return joined(bytes.subarray(0, to), bytes.subarray(from, to), bytes.subarray(to));
};

const WAYS: readonly Way[] = [flipBit, flipBit, replace, telling, step, truncate, drop, insert, repeat];

function change(rng: Rng, bytes: Uint8Array<ArrayBuffer>, to: (byte: number) => number): Uint8Array<ArrayBuffer> {
  if (bytes.length === 0) return bytes;
  const at = rng.integer(0, bytes.length);
  bytes[at] = to(bytes[at] ?? 0);
  return bytes;
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
