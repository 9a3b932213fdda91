import protobuf from "protobufjs/minimal.js";

export type Reader = protobuf.Reader;

/** Field number and wire type, as one number to switch on. */
export const varint = (field: number): number => field << 3;
export const fixed64 = (field: number): number => (field << 3) | 1;
export const delimited = (field: number): number => (field << 3) | 2;
export const fixed32 = (field: number): number => (field << 3) | 5;

/** Thrown inside the codec where bytes cannot be a payload; `decodePayload` turns it into a `Result`. */
export class Malformed extends Error {}

/**
 * Reads one embedded message: calls `field` for each tag, which answers whether it consumed the field; what it
 * did not know is skipped. The message must end exactly where its length said.
 */
export function readMessage(reader: Reader, field: (tag: number) => boolean): void {
  const length = reader.uint32();
  readFields(reader, reader.pos + length, field);
}

export function readFields(reader: Reader, end: number, field: (tag: number) => boolean): void {
  while (reader.pos < end) {
    const tag = nextTag(reader);
    if (!field(tag)) skip(reader, tag);
  }
  endMessage(reader, end);
}

/** Where an embedded message ends; what is read until there is its. The same as {@link readMessage}, in a loop of one's own. */
export function beginMessage(reader: Reader): number {
  const length = reader.uint32();
  return reader.pos + length;
}

export function nextTag(reader: Reader): number {
  const tag = reader.tag();
  if (tag >>> 3 === 0) throw new Malformed("field number 0");
  return tag;
}

export function skip(reader: Reader, tag: number): void {
  reader.skipType(tag & 7, 0, tag >>> 3);
}

export function endMessage(reader: Reader, end: number): void {
  if (reader.pos !== end) throw new Malformed("a field runs past the end of its message");
}

/** An unsigned 64-bit integer: a number where it is exact, else a bigint. */
export function readUint64(reader: Reader): number | bigint {
  // Instants, aliases and counts fit into seven bytes: those need no pair of words on the heap.
  let value = 0;
  let weight = 1;
  for (let at = reader.pos; at < reader.len && weight < SEVEN_BYTES; at++) {
    const byte = reader.buf[at] as number;
    value += (byte & 127) * weight;
    if (byte < 128) {
      reader.pos = at + 1;
      return value;
    }
    weight *= 128;
  }
  const long = reader.uint64();
  if (typeof long === "number") return long;
  const high = long.high >>> 0;
  const low = long.low >>> 0;
  return high < 0x20_0000 ? high * 0x1_0000_0000 + low : (BigInt(high) << 32n) | BigInt(low);
}

/** A 64-bit integer that must be an exact number: instants, aliases, counts. */
export function readSafeUint64(reader: Reader, what: string): number {
  const value = readUint64(reader);
  if (typeof value === "bigint") throw new Malformed(`${what} is larger than any we could mean`);
  return value;
}

/** A copy: the bytes given to us belong to the network's buffer. */
export function readBytes(reader: Reader): Uint8Array {
  return new Uint8Array(reader.bytes());
}

export const newReader = (bytes: Uint8Array): Reader => protobuf.Reader.create(bytes);

const SEVEN_BYTES = 128 ** 7;
