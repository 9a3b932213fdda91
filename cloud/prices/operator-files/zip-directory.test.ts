import { crc32 } from "node:zlib";
import { expect, test } from "vitest";
import { bytesFile, whatIsIn } from "./testing/files-of.ts";

const text = Buffer.from(
  "DeliveryDate,HourEnding,SettlementPoint,SettlementPointPrice,DSTFlag\n07/01/2025,01:00,HB_NORTH,5.5,N\n",
);

/** One stored file, every size and place of it in the 64-bit form (APPNOTE 4.3.14, 4.3.15, 4.5.3). */
function longZip({ extraBytes = 28, longEndShift = 0 } = {}): Uint8Array {
  const name = Buffer.from("dam.csv");
  const local = Buffer.alloc(30);
  local.writeUInt32LE(0x04034b50, 0);
  local.writeUInt16LE(name.length, 26);
  const extra = Buffer.alloc(28);
  extra.writeUInt16LE(1, 0);
  extra.writeUInt16LE(extraBytes - 4, 2);
  extra.writeBigUInt64LE(BigInt(text.length), 4);
  extra.writeBigUInt64LE(BigInt(text.length), 12);
  const central = Buffer.alloc(46);
  central.writeUInt32LE(0x02014b50, 0);
  central.writeUInt32LE(crc32(text), 16);
  central.writeUInt32LE(0xffffffff, 20);
  central.writeUInt32LE(0xffffffff, 24);
  central.writeUInt16LE(name.length, 28);
  central.writeUInt16LE(extraBytes, 30);
  central.writeUInt32LE(0xffffffff, 42);
  const directory = Buffer.concat([central, name, extra.subarray(0, extraBytes)]);
  const directoryAt = local.length + name.length + text.length;
  const longEnd = Buffer.alloc(56);
  longEnd.writeUInt32LE(0x06064b50, 0);
  longEnd.writeBigUInt64LE(1n, 32);
  longEnd.writeBigUInt64LE(BigInt(directory.length), 40);
  longEnd.writeBigUInt64LE(BigInt(directoryAt), 48);
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(0x07064b50, 0);
  locator.writeBigUInt64LE(BigInt(directoryAt + directory.length + longEndShift), 8);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.fill(0xff, 8, 20);
  return Buffer.concat([local, name, text, directory, longEnd, locator, end]);
}

test("an archive of the 64-bit form is read", () => {
  expect(whatIsIn([bytesFile("long.zip", longZip())])).toMatchObject({
    whole: true,
    told: { HB_NORTH: ["2025-07-01T05:00Z 5.5"] },
  });
});

test.each([
  ["whose sizes are not there", longZip({ extraBytes: 12 }), /^prices.bad-archive 1: .*directory is damaged/],
  ["whose directory is elsewhere", longZip({ longEndShift: 1 }), /^prices.bad-archive 1: .*64-bit form is damaged/],
  ["cut off at its start", longZip().subarray(1), /^prices\./],
] as const)("an archive of the 64-bit form %s is refused", (_, bytes, refused) => {
  expect(whatIsIn([bytesFile("long.zip", bytes)])).toMatch(refused);
});
