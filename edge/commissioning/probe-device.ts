import { type CodedError, ok, type Result } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import type { DecodedModel } from "@penstock/protocol/sunspec";
import { SystemClock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { discover } from "../devices/discovery.ts";
import type { DeviceMap } from "../devices/driver.ts";
import { METER_DRIVERS, UNIT_DRIVERS } from "../devices/index.ts";
import { modbusTcpTransport } from "../transports/modbus-tcp.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import { type ReadRegisters, readModels } from "./read-models.ts";

export interface DeviceAddress {
  readonly host: string;
  readonly port: number;
  readonly modbusUnitId: number;
}

const deadlineMs = Ms(1_000);

/** A connection of our own: for devices no running edge talks to. */
export function openDevice({ host, port, modbusUnitId }: DeviceAddress): RegisterTransport {
  return modbusTcpTransport({ host, port, unitId: modbusUnitId, clock: new SystemClock(), rng: new Rng("probe") });
}

/** Asks a device who it is and what it has. Reads only. Errors: those of discovery and the transport. */
export async function probeDevice(address: DeviceAddress): Promise<Result<DeviceMap, CodedError>> {
  const transport = openDevice(address);
  try {
    return await new Promise((resolve) => discover(transport, deadlineMs, resolve));
  } finally {
    transport.close();
  }
}

/** The same, and every model we know, decoded. */
export async function surveyDevice(
  address: DeviceAddress,
): Promise<Result<{ readonly map: DeviceMap; readonly models: readonly DecodedModel[] }, CodedError>> {
  const transport = openDevice(address);
  const read: ReadRegisters = (at, count) =>
    new Promise((resolve) =>
      transport.read(at, count, deadlineMs, (result) => resolve(result.ok ? ok(Array.from(result.value)) : result)),
    );
  try {
    const map = await new Promise<Result<DeviceMap, CodedError>>((resolve) => discover(transport, deadlineMs, resolve));
    if (!map.ok) return map;
    const models = await readModels(map.value, read);
    return models.ok ? ok({ map: map.value, models: models.value }) : models;
  } finally {
    transport.close();
  }
}

/** Which family a device belongs to: the first driver that finds what it needs. */
export function driverFor(map: DeviceMap): { readonly kind: "unit" | "meter"; readonly driver: string } | undefined {
  const unit = UNIT_DRIVERS.find((driver) => driver.plan(map).ok);
  if (unit !== undefined) return { kind: "unit", driver: unit.name };
  const meter = METER_DRIVERS.find((driver) => driver.plan(map).ok);
  return meter === undefined ? undefined : { kind: "meter", driver: meter.name };
}

/** `host`, `host:port` or `host:port/unit`; undefined when it is none of them. */
export function parseDeviceAddress(text: string): DeviceAddress | undefined {
  const [, host, port = "502", unit = "1"] = /^([A-Za-z0-9.-]+)(?::(\d{1,5}))?(?:\/(\d{1,3}))?$/.exec(text) ?? [];
  if (host === undefined || Number(port) < 1 || Number(port) > 65_535 || Number(unit) > 255) return undefined;
  return { host, port: Number(port), modbusUnitId: Number(unit) };
}
