import { fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { type ModbusDevice, noTrouble } from "../devices/modbus-device.ts";
import { noPlantTrouble, type PlantController } from "../devices/plant-controller.ts";
import type { Fault, FaultEvent } from "./fault.ts";
import { type AnyDefinition, faultDefinitions } from "./kinds/index.ts";
import { isUnit } from "./kinds/kind.ts";

export type FaultError =
  | { readonly code: "fault.unknown-device"; readonly device: string; readonly [fact: string]: unknown }
  | { readonly code: "fault.unknown-point"; readonly point: string; readonly [fact: string]: unknown }
  | {
      readonly code: "fault.not-applicable";
      readonly device: string;
      readonly kind: string;
      readonly [fact: string]: unknown;
    };

export interface ActiveFault {
  readonly deviceId: string;
  readonly fault: Fault;
  readonly sinceMs: number;
  readonly endsMs: number;
}

/** Who is in trouble, since when and until when. Several faults may lie on one device. */
export class FaultBoard {
  readonly #modbus: ReadonlyMap<string, ModbusDevice>;
  readonly #plant: PlantController;
  #active: ActiveFault[] = [];
  #scheduled: FaultEvent[] = [];
  #nowMs = 0;
  #injected = 0;

  constructor(modbus: ReadonlyMap<string, ModbusDevice>, plant: PlantController) {
    this.#modbus = modbus;
    this.#plant = plant;
  }

  get active(): readonly ActiveFault[] {
    return this.#active;
  }

  /** How many faults have been injected so far. */
  get injected(): number {
    return this.#injected;
  }

  inject(deviceId: string, fault: Fault): Result<ActiveFault, FaultError> {
    const applied = this.#begin(deviceId, fault);
    if (!applied.ok) return applied;
    const active = { deviceId, fault, sinceMs: this.#nowMs, endsMs: this.#nowMs + (fault.durationMs ?? Infinity) };
    this.#active.push(active);
    this.#injected++;
    return ok(active);
  }

  /** Ends every fault of a device. */
  clear(deviceId: string): Result<number, FaultError> {
    if (!this.#modbus.has(deviceId) && this.#plant.id !== deviceId) {
      return fail({ code: "fault.unknown-device", device: deviceId });
    }
    const ended = this.#active.filter((active) => active.deviceId === deviceId);
    this.#active = this.#active.filter((active) => active.deviceId !== deviceId);
    this.#settle(deviceId);
    return ok(ended.length);
  }

  /** Faults to come. Events of the past begin at the next step. */
  schedule(events: readonly FaultEvent[]): void {
    this.#scheduled = [...this.#scheduled, ...events].sort((a, b) => a.atMs - b.atMs);
  }

  /** Begins what is due and ends what is over. Called once a step. */
  tick(nowMs: number): void {
    this.#nowMs = nowMs;
    if (this.#active.length > 0 && this.#active.some((active) => active.endsMs <= nowMs)) {
      const ended = this.#active.filter((active) => active.endsMs <= nowMs);
      this.#active = this.#active.filter((active) => active.endsMs > nowMs);
      for (const { deviceId } of ended) this.#settle(deviceId);
    }
    for (let next = this.#scheduled[0]; next !== undefined && next.atMs <= nowMs; next = this.#scheduled[0]) {
      this.#scheduled.shift();
      this.inject(next.deviceId, next.fault);
    }
    for (const { deviceId, fault, sinceMs } of this.#active) {
      const device = this.#modbus.get(deviceId);
      if (device !== undefined) definitionOf(fault).tick?.(device, fault, sinceMs, nowMs);
    }
  }

  #begin(deviceId: string, fault: Fault): Result<true, FaultError> {
    if (deviceId === this.#plant.id) return beginOnPlant(this.#plant, fault);
    const device = this.#modbus.get(deviceId);
    return device === undefined ? fail({ code: "fault.unknown-device", device: deviceId }) : begin(device, fault);
  }

  /** After a fault has ended: healthy, then whatever still lies on the device. */
  #settle(deviceId: string): void {
    const device = this.#modbus.get(deviceId);
    if (device === undefined) healPlant(this.#plant);
    else heal(device);
    for (const active of this.#active) {
      if (active.deviceId !== deviceId) continue;
      const fault = definitionOf(active.fault).later?.(active.fault) ?? active.fault;
      this.#begin(deviceId, fault as Fault);
    }
  }
}

function begin(device: ModbusDevice, fault: Fault): Result<true, FaultError> {
  const refusal = definitionOf(fault).begin(device, fault);
  if (refusal === "not-applicable") return fail({ code: "fault.not-applicable", device: device.id, kind: fault.kind });
  if (refusal === "unknown-point") {
    return fail({ code: "fault.unknown-point", point: "point" in fault ? fault.point : "" });
  }
  return ok(true);
}

function beginOnPlant(plant: PlantController, fault: Fault): Result<true, FaultError> {
  const { beginOnPlant } = definitionOf(fault);
  if (beginOnPlant === undefined) {
    return fail({ code: "fault.not-applicable", device: plant.id, kind: fault.kind });
  }
  beginOnPlant(plant, fault);
  return ok(true);
}

function definitionOf({ kind }: Fault): AnyDefinition {
  const definition = faultDefinitions.find((each) => each.kind === kind);
  invariant(definition !== undefined, `the fault ${kind} is on the shelf`);
  return definition;
}

function heal(device: ModbusDevice): void {
  Object.assign(device.trouble, noTrouble);
  device.thaw();
  device.image.tellTruth();
  if (!isUnit(device)) return;
  device.setLocal(false);
  device.setTripped(false);
  device.state.battery.allowance = 1;
  device.state.droop = undefined;
}

function healPlant(plant: PlantController): void {
  Object.assign(plant.trouble, noPlantTrouble);
  plant.thaw();
}
