import type { MeterConfig, UnitConfig } from "@penstock/edge/config/site-config.ts";
import type { PlantReading } from "@penstock/edge/loop/loop-types.ts";
import { inMemoryTransport, type RegisterHandler } from "@penstock/edge/transports/in-memory.ts";
import type { RegisterTransport } from "@penstock/edge/transports/register-transport.ts";
import type { ModbusDevice, PlantController } from "@penstock/firmware-sims/devices/index.ts";
import type { SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import { invariant } from "@penstock/protocol/result";
import { type Clock, onGrid, type Timer } from "@penstock/protocol/time";
import { Ms, W } from "@penstock/protocol/units";

/** The wire between an edge and its devices on the virtual clock: registers by call, as late as the device's trouble says. */
export function virtualTransports(
  site: SiteSim,
  clock: Clock,
): (device: UnitConfig | MeterConfig) => RegisterTransport {
  return ({ id }) => {
    const device = site.deviceById(id);
    invariant(device !== undefined, `the plant has no device ${id}`);
    return delayedBy(device, clock);
  };
}

/** One transport a delay, made when first needed: a device is slow for a while, then prompt again. */
function delayedBy(device: ModbusDevice, clock: Clock): RegisterTransport {
  const handler: RegisterHandler = {
    readHolding: (address, count) => silentIsUndefined(device.readHolding(address, count)),
    writeHolding: (address, values) => silentIsUndefined(device.writeHolding(address, values)),
  };
  const byDelay = new Map<number, RegisterTransport>();
  const made = (latencyMs: number): RegisterTransport => {
    const transport = byDelay.get(latencyMs) ?? inMemoryTransport(handler, { clock, latencyMs: Ms(latencyMs) });
    byDelay.set(latencyMs, transport);
    return transport;
  };
  let delayMs = device.trouble.delayMs;
  let transport = made(delayMs);
  const now = (): RegisterTransport => {
    if (device.trouble.delayMs === delayMs) return transport;
    delayMs = device.trouble.delayMs;
    transport = made(delayMs);
    return transport;
  };
  return {
    read: (address, count, deadlineMs, done) => now().read(address, count, deadlineMs, done),
    readInput: (address, count, deadlineMs, done) => now().readInput(address, count, deadlineMs, done),
    write: (address, values, deadlineMs, done) => now().write(address, values, deadlineMs, done),
    close: () => {
      for (const transport of byDelay.values()) transport.close();
    },
  };
}

/** The simulators say silence with a negative number, the transport with nothing. */
const silentIsUndefined = <T>(answer: T | number): T | number | undefined =>
  typeof answer === "number" && answer < 0 ? undefined : answer;

/** What the OPC UA thread does, without the wire: reads the plant controller a few times a second. */
export function readPlant(
  plant: PlantController,
  clock: Clock,
  everyMs: Ms,
  tell: (reading: PlantReading) => void,
): Timer {
  return onGrid(clock, everyMs, () => {
    const isLimited = plant.read("Plant/GridOperatorLimitActive");
    const minW = plant.read("Plant/GridOperatorLimitMin");
    const maxW = plant.read("Plant/GridOperatorLimitMax");
    if (isLimited === undefined || minW === undefined || maxW === undefined) return;
    const isCommanded = plant.read("Plant/GridOperatorSetpointActive");
    const commandW = plant.read("Plant/GridOperatorSetpoint");
    const setpointW = plant.read("Plant/RegulationSetpoint");
    const sequence = plant.read("Plant/RegulationCounter");
    tell({
      readAtMonotonicMs: clock.monotonicMs(),
      breakerClosed: plant.read("Plant/BreakerClosed"),
      transformerTemperatureC: plant.read("Plant/TransformerTemperature"),
      gridOperatorLimitW: isLimited
        ? { powerWMin: W(minW), powerWMax: W(maxW) }
        : { powerWMin: W(Number.NEGATIVE_INFINITY), powerWMax: W(Number.POSITIVE_INFINITY) },
      agc: setpointW === undefined || sequence === undefined ? undefined : { powerW: W(setpointW), sequence },
      gridOperatorSetpointW: isCommanded === true && commandW !== undefined ? W(commandW) : "none",
    });
  });
}
