import { connect } from "node:net";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { DeviceMap } from "../devices/driver.ts";

/** What answers at an address: a device of a kind we know, or only an open port. */
export interface Finding {
  readonly host: string;
  readonly port: number;
  readonly protocol: "sunspec" | "opc-ua" | "unknown";
  readonly kind: "unit" | "meter" | "plant" | null;
  readonly driver: string | null;
  readonly map: DeviceMap | null;
}

/** A device network is a few hundred addresses; more is another network, and somebody's alarm system. */
export const addressesMax = 1_024;
const atOnce = 32;
const connectWithinMs = 400;

/**
 * The addresses of a CIDR block, without network and broadcast where there are such. Errors:
 * `scan.not-a-network`, `scan.too-wide`, `scan.public` (device networks are private; others are not ours to scan).
 */
export function addressesIn(cidr: string): Result<readonly string[], CodedError> {
  const [, text = "", bits = "32"] = /^(\d+\.\d+\.\d+\.\d+)(?:\/(\d+))?$/.exec(cidr) ?? [];
  const parts = text.split(".").map(Number);
  if (parts.length !== 4 || parts.some((part) => part > 255) || Number(bits) > 32) {
    return fail({ code: "scan.not-a-network", cidr });
  }
  const [a = 0, b = 0] = parts;
  const isPrivate =
    a === 10 || a === 127 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254);
  if (!isPrivate) return fail({ code: "scan.public", cidr });
  const size = 2 ** (32 - Number(bits));
  if (size > addressesMax) return fail({ code: "scan.too-wide", cidr, addresses: size, addressesMax });
  const given = parts.reduce((sum, part) => sum * 256 + part, 0);
  const first = given - (given % size);
  const isNetwork = size > 2;
  return ok(
    Array.from({ length: isNetwork ? size - 2 : size }, (_, index) => {
      const address = first + index + (isNetwork ? 1 : 0);
      return [24, 16, 8, 0].map((shift) => Math.floor(address / 2 ** shift) % 256).join(".");
    }),
  );
}

/** `502,4840` or `15220-15251`; undefined when it makes no sense or is over 200 ports. */
export function parsePorts(text: string): readonly number[] | undefined {
  const ports = text.split(",").flatMap((part) => {
    const [, from, to = from] = /^(\d+)(?:-(\d+))?$/.exec(part.trim()) ?? [];
    const length = Number(to) - Number(from) + 1;
    return length >= 1 && length <= 200 ? Array.from({ length }, (_, index) => Number(from) + index) : [Number.NaN];
  });
  return ports.length <= 200 && ports.every((port) => port >= 1 && port <= 65_535) ? ports : undefined;
}

/** Knocks at every address and port, a few at a time, and asks whoever opens who it is. Reads only. */
export async function scanNetwork(
  hosts: readonly string[],
  ports: readonly number[],
  onProgress: (done: number, of: number, found: number) => void,
): Promise<readonly Finding[]> {
  const targets = hosts.flatMap((host) => ports.map((port) => ({ host, port })));
  const findings: Finding[] = [];
  let next = 0;
  let done = 0;
  const work = async () => {
    for (let target = targets[next++]; target !== undefined; target = targets[next++]) {
      const finding = await look(target.host, target.port);
      if (finding !== undefined) findings.push(finding);
      onProgress(++done, targets.length, findings.length);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, targets.length) }, work));
  const order = new Map(targets.map(({ host, port }, index) => [`${host}:${port}`, index]));
  const place = ({ host, port }: Finding) => order.get(`${host}:${port}`) ?? 0;
  return findings.toSorted((one, other) => place(one) - place(other));
}

async function look(host: string, port: number): Promise<Finding | undefined> {
  if (!(await isOpen(host, port))) return undefined;
  // Modbus first: a field device is never sent what is no request. An OPC UA server costs a second of waiting.
  // With every driver there is: not before somebody opens.
  const { driverFor, probeDevice } = await import("./probe-device.ts");
  const probed = await probeDevice({ host, port, modbusUnitId: 1 });
  if (!probed.ok) {
    const isOpcUa = await speaksOpcUa(host, port);
    const said = isOpcUa ? (["opc-ua", "plant", "opc-ua-plant"] as const) : (["unknown", null, null] as const);
    return { host, port, protocol: said[0], kind: said[1], driver: said[2], map: null };
  }
  const fits = driverFor(probed.value);
  return { host, port, protocol: "sunspec", kind: fits?.kind ?? null, driver: fits?.driver ?? null, map: probed.value };
}

const isOpen = (host: string, port: number): Promise<boolean> => exchange(host, port, undefined, () => true);

/** OPC UA TCP (part 6, 7.1.2.3): a Hello is answered with an Acknowledge or an Error. */
const speaksOpcUa = (host: string, port: number): Promise<boolean> =>
  exchange(host, port, hello(`opc.tcp://${host}:${port}`), (answer) =>
    /^(ACK|ERR)F/.test(answer.toString("latin1", 0, 4)),
  );

function hello(endpointUrl: string): Buffer {
  const url = Buffer.from(endpointUrl);
  const message = Buffer.alloc(32 + url.length);
  message.write("HELF", 0, "latin1");
  message.writeUInt32LE(message.length, 4);
  message.writeUInt32LE(0, 8); // protocol version
  message.writeUInt32LE(65_536, 12); // receive buffer
  message.writeUInt32LE(65_536, 16); // send buffer
  message.writeUInt32LE(url.length, 28); // messages and chunks: no limit of ours
  url.copy(message, 32);
  return message;
}

/** Connects, says something if there is something to say, and judges the first answer. */
function exchange(
  host: string,
  port: number,
  say: Buffer | undefined,
  judge: (answer: Buffer) => boolean,
): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(connectWithinMs, () => settle(false));
    socket.once("error", () => settle(false));
    socket.once("close", () => settle(false));
    socket.once("data", (answer) => settle(judge(answer)));
    socket.once("connect", () => {
      if (say === undefined) settle(judge(Buffer.alloc(0)));
      else socket.write(say);
    });
  });
}
