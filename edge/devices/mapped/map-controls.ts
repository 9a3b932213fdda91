import { invariant } from "@penstock/protocol/result";
import { Ms } from "@penstock/protocol/units";
import type { UnitConfig } from "../../config/site-config.ts";
import type { Block, Control, Setpoint } from "../driver.ts";
import { type MapLayout, type Span, spanOf } from "./map-layout.ts";
import type { MappedDevice, MappedPoint } from "./mapped-device.ts";
import { putRegisters } from "./register-value.ts";
import { MAP_UNITS } from "./units-of-map.ts";

type Part =
  | { readonly role: "active" | "reactive" | "timer"; readonly point: MappedPoint }
  | { readonly role: "heartbeat"; readonly point: MappedPoint; readonly byTurns: readonly number[] }
  | { readonly role: "constant"; readonly point: MappedPoint; readonly value: number };

/** Points of a map that are written in one request, because their registers adjoin. */
export interface WriteGroup extends Span {
  readonly parts: readonly Part[];
}

/** What is written, in the order it is written: set-points and their timers first, modes and enables after. */
export function writeGroups(device: MappedDevice): readonly WriteGroup[] {
  const { commands } = device;
  if (commands === undefined) return [];
  const point = (name: string): MappedPoint => {
    const found = device.points[name];
    invariant(found !== undefined, `map ${device.name} has no point ${name}`);
    return found;
  };
  const { activePower, reactivePower, revertAfter, heartbeat, constants } = commands;
  const parts: Part[] = [{ role: "active", point: point(activePower) }];
  if (reactivePower !== undefined) parts.push({ role: "reactive", point: point(reactivePower) });
  if (revertAfter !== "none") parts.push({ role: "timer", point: point(revertAfter) });
  if (heartbeat !== undefined)
    parts.push({ role: "heartbeat", point: point(heartbeat.point), byTurns: heartbeat.byTurns });
  for (const [name, value] of Object.entries(constants)) parts.push({ role: "constant", point: point(name), value });
  const groups: { from: number; to: number; parts: Part[] }[] = [];
  for (const part of parts.toSorted((a, b) => a.point.address - b.point.address)) {
    const { from, to } = spanOf(part.point);
    const last = groups.at(-1);
    // OPC UA nodes are written one by one and have no neighbours.
    if (last?.to === from && device.nodes === undefined && to - last.from <= WRITE_MAX) {
      last.parts.push(part);
      last.to = to;
    } else groups.push({ from, to, parts: [part] });
  }
  const isMode = ({ parts: own }: { parts: readonly Part[] }) => own.every(({ role }) => role === "constant");
  return groups
    .map((group): WriteGroup => ({ ...group, table: "holding", everyMs: Ms(0) }))
    .toSorted((a, b) => Number(isMode(a)) - Number(isMode(b)));
}

export function mapControl({ from, to, parts }: WriteGroup, layout: MapLayout): Control {
  const { block, at } = layout.place({ from, to, table: "holding", everyMs: Ms(0) });
  const isOnly = (role: Part["role"]) => parts.every((part) => part.role === role);
  const judged = parts.filter(({ role }) => role !== "heartbeat" && role !== "timer");
  const offsetOf = (part: Part) => part.point.address - from;
  const fallback = new Uint16Array(to - from);
  const withFallback = judged.filter(({ point }) => point.fallback !== undefined);
  for (const part of withFallback) put(part.point, part.point.fallback ?? 0, fallback, offsetOf(part));
  return {
    name: parts.map(({ point }) => point.name).join(", "),
    place: () => from,
    count: to - from,
    block,
    blockOffset: at,

    isWanted: (setpoint) => !isOnly("reactive") || setpoint.reactiveVar !== 0,

    encode: (unit, _blocks, setpoint, into) =>
      parts.every((part) => put(part.point, wanted(part, unit, setpoint), into, offsetOf(part))),

    stamp(into, writes) {
      for (const part of parts) {
        if (part.role !== "heartbeat") continue;
        put(part.point, part.byTurns[writes % part.byTurns.length] ?? 0, into, offsetOf(part));
      }
    },

    isApplied: (read, written) => judged.every((part) => isSame(part, read, written)),

    hasReverted: (read) => withFallback.length > 0 && withFallback.every((part) => isSame(part, read, fallback)),
  };

  function isSame(part: Part, { registers }: Block, expected: Uint16Array): boolean {
    const span = spanOf(part.point);
    for (let i = span.from - from; i < span.to - from; i++) if (registers[at + i] !== expected[i]) return false;
    return true;
  }
}

/** In the unit of the point. */
function wanted(part: Part, unit: UnitConfig, setpoint: Setpoint): number {
  const { factor } = MAP_UNITS[part.point.unit];
  switch (part.role) {
    case "active":
      return setpoint.powerW / factor;
    case "reactive":
      return setpoint.reactiveVar / factor;
    case "timer":
      return Math.ceil(unit.revertAfterMs / 1_000 / factor);
    case "heartbeat":
      return part.byTurns[0] ?? 0;
    case "constant":
      return part.value;
  }
}

/** False where the value does not fit the point's registers. */
const put = (point: MappedPoint, value: number, into: Uint16Array, at: number): boolean =>
  putRegisters(into, at, point.type, point.wordOrder, (point.sign * value) / point.scale);

const WRITE_MAX = 123;
