import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { expect, test } from "vitest";
import { parseDeviceAddress } from "./probe-device.ts";
import { addressesIn, parsePorts, scanNetwork } from "./scan-network.ts";

test.each([
  ["10.0.7.13", ["10.0.7.13"]],
  ["10.0.7.12/30", ["10.0.7.13", "10.0.7.14"]],
  ["192.168.1.6/31", ["192.168.1.6", "192.168.1.7"]],
  ["8.8.8.0/24", "scan.public"],
  ["172.32.0.1", "scan.public"],
  ["10.0.0.0/8", "scan.too-wide"],
  ["10.0.0", "scan.not-a-network"],
  ["10.0.0.256", "scan.not-a-network"],
])("%s is scanned as %j", (cidr, expected) => {
  const result = addressesIn(cidr);
  expect(result.ok ? result.value : result.error.code).toEqual(expected);
});

test.each([
  ["502", [502]],
  ["502,4840", [502, 4840]],
  ["5020-5022", [5020, 5021, 5022]],
  ["0", undefined],
  ["9-1", undefined],
  ["1-65535", undefined],
  ["x", undefined],
])("ports %s are %j", (text, expected) => expect(parsePorts(text)).toEqual(expected));

test.each([
  ["10.0.7.13", { host: "10.0.7.13", port: 502, modbusUnitId: 1 }],
  ["cabinet-3.local:5020/7", { host: "cabinet-3.local", port: 5020, modbusUnitId: 7 }],
  ["10.0.7.13:0", undefined],
  ["10.0.7.13/256", undefined],
])("%s is the device %j", (text, expected) => expect(parseDeviceAddress(text)).toEqual(expected));

test("an open port that speaks nothing we know is found and called unknown, a closed one is not found", async () => {
  const server = createServer((socket) => socket.on("error", () => {}).on("data", () => socket.end("what?")));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  try {
    const counts: number[] = [];
    const found = await scanNetwork(["127.0.0.1"], [1, port], (done) => counts.push(done));
    expect(found).toMatchObject([{ port, protocol: "unknown", driver: null }]);
    expect(counts).toEqual([1, 2]);
  } finally {
    server.close();
  }
});
