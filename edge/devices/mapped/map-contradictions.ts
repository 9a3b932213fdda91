import { nearest } from "../../config/nearest.ts";
import type { ConfigIssue } from "../../config/read-document.ts";
import type { MappedDevice, MappedPoint } from "./mapped-device.ts";
import { registersOf } from "./register-value.ts";
import { MAP_UNITS, type MapKind } from "./units-of-map.ts";

type Path = readonly (string | number)[];

/** Rules between the fields of a map: each complaint names its point and what would be right. */
export function mapContradictions(
  device: MappedDevice,
  at: (path: Path) => Pick<ConfigIssue, "line" | "column">,
): readonly ConfigIssue[] {
  const issues: ConfigIssue[] = [];
  const say = (path: Path, message: string) => issues.push({ ...at(path), path: path.join("."), message });
  const points = Object.values(device.points);
  for (const point of points) judgePoint(point, say);
  if (device.nodes === undefined) judgeOverlaps(points, say);
  judgeImage(device, say);
  judgeCommands(device, say);
  return issues.toSorted((a, b) => a.line - b.line || a.column - b.column);
}

function judgePoint({ name, address, type, table, access, plausible, values, unit }: MappedPoint, say: Say): void {
  const path = ["points", name];
  if (address + registersOf(type) > 65_536)
    say([...path, "address"], `${type} at ${address} ends beyond register 65535`);
  if (table === "input" && access === "rw")
    say([...path, "access"], "input registers cannot be written: use table: holding");
  if (plausible !== undefined && plausible[0] >= plausible[1])
    say([...path, "plausible"], "must be [least, greatest], the least first");
  if (values !== undefined && unit !== "code") say([...path, "unit"], "a point with values has unit: code");
}

function judgeOverlaps(points: readonly MappedPoint[], say: Say): void {
  const sorted = points.toSorted((a, b) => a.address - b.address);
  for (const [index, point] of sorted.entries()) {
    const next = sorted.slice(index + 1).find(({ table }) => table === point.table);
    if (next === undefined || next.address >= point.address + registersOf(point.type)) continue;
    say(
      ["points", next.name, "address"],
      `${next.address} lies inside ${point.name} (${point.type} at ${point.address})`,
    );
  }
}

/** What a field of the image has to be. */
const FIELDS: Readonly<Record<string, MapKind>> = {
  powerW: "power",
  reactiveVar: "reactive power",
  soc: "fraction",
  chargeWMax: "power",
  dischargeWMax: "power",
  temperatureC: "temperature",
  state: "code",
  remote: "code",
  dischargedWh: "energy",
  chargedWh: "energy",
  cellVoltageVMin: "voltage",
  cellVoltageVMean: "voltage",
  cellVoltageVMax: "voltage",
  frequencyHz: "frequency",
  voltageV: "voltage",
  exportedWh: "energy",
  importedWh: "energy",
};

const WORDS: Readonly<Record<string, readonly string[]>> = {
  state: ["running", "standby", "starting", "fault", "off"],
  remote: ["remote", "local"],
};

function judgeImage(device: MappedDevice, say: Say): void {
  for (const [field, source] of Object.entries(device.image)) {
    const path = [device.kind, field];
    if (source === undefined) continue;
    const kind = FIELDS[field] ?? "code";
    if (typeof source === "string") {
      const point = pointNamed(device, source, path, say);
      if (point !== undefined) judgeKind(point, kind, path, say);
    } else if ("of" in source) {
      const parts = [pointNamed(device, source.of, path, say), pointNamed(device, source.over, path, say)];
      const kinds = parts.map((point) => point && MAP_UNITS[point.unit].kind);
      if (kind !== "fraction") say(path, "only a fraction can be one point over another");
      else if (kinds[0] !== kinds[1] && !kinds.includes(undefined))
        say(path, `is ${kinds[0]} over ${kinds[1]}: no fraction`);
    } else if (
      kind === "code" ? !WORDS[field]?.includes(String(source.constant)) : typeof source.constant !== "number"
    ) {
      say(
        path,
        kind === "code" ? `must be one of ${WORDS[field]?.join(", ")}` : "must be a number in the unit of its name",
      );
    }
  }
}

function judgeKind(point: MappedPoint, kind: MapKind, path: Path, say: Say): void {
  const has = MAP_UNITS[point.unit].kind;
  if (has !== kind) say(path, `wants a ${kind}, and ${point.name} is in ${point.unit} (${has})`);
  const words = WORDS[String(path.at(-1))];
  if (kind !== "code" || words === undefined) return;
  if (point.values === undefined)
    say(["points", point.name], `needs values: which raw number means ${words.join(", ")}`);
  for (const [raw, word] of Object.entries(point.values ?? {})) {
    if (!words.includes(word)) say(["points", point.name, "values", raw], `"${word}" is none of ${words.join(", ")}`);
  }
}

function judgeCommands(device: MappedDevice, say: Say): void {
  const { commands } = device;
  if (commands === undefined) return;
  const { activePower, reactivePower, revertAfter, heartbeat, constants } = commands;
  const judge = (field: Path, name: string | undefined, kind: MapKind) => {
    if (name === undefined) return undefined;
    const path = ["commands", ...field];
    const point = pointNamed(device, name, path, say);
    if (point === undefined) return undefined;
    const has = MAP_UNITS[point.unit].kind;
    if (has !== kind) say(path, `wants a ${kind}, and ${point.name} is in ${point.unit} (${has})`);
    if (point.access !== "rw") say(path, `${point.name} cannot be written: give it access: rw if it may be`);
    if (point.everyS !== undefined) say(path, `${point.name} is read back every cycle: leave everyS out`);
    return point;
  };
  for (const [field, name, kind] of [
    ["activePower", activePower, "power"],
    ["reactivePower", reactivePower, "reactive power"],
  ] as const) {
    const point = judge([field], name, kind);
    if (point !== undefined && point.fallback === undefined)
      say(["points", point.name], "needs fallback: what the device makes of it when its own timer runs out");
  }
  if (revertAfter !== "none") judge(["revertAfter"], revertAfter, "time");
  judge(["heartbeat", "point"], heartbeat?.point, "code");
  for (const name of Object.keys(constants)) {
    const path = ["commands", "constants", name];
    const point = pointNamed(device, name, path, say);
    if (point !== undefined && point.access !== "rw")
      say(path, `${name} cannot be written: give it access: rw if it may be`);
    if (point?.everyS !== undefined) say(path, `${name} is read back every cycle: leave everyS out`);
  }
}

type Say = (path: Path, message: string) => void;

function pointNamed(device: MappedDevice, name: string, path: Path, say: Say): MappedPoint | undefined {
  const point = device.points[name];
  if (point !== undefined) return point;
  const guess = nearest(name, Object.keys(device.points));
  say(path, `names no point: "${name}"${guess === undefined ? "" : `; did you mean "${guess}"?`}`);
  return undefined;
}
