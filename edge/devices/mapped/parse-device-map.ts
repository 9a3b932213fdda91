import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { seconds } from "@penstock/protocol/units";
import { type ConfigIssue, readDocument } from "../../config/read-document.ts";
import { mapContradictions } from "./map-contradictions.ts";
import { modbusMeterMap, modbusUnitMap, opcUaMeterMap, opcUaUnitMap } from "./map-document.ts";
import type { MappedDevice, MappedPoint } from "./mapped-device.ts";

export interface DeviceMapError extends CodedError {
  readonly code: "map.invalid";
  /** One line an issue: `file:line:column: points.batteryPower.type …`. */
  readonly text: string;
}

/** Reads a device map from YAML or JSON text. Pure; `file` only names it in complaints. */
export function parseDeviceMap(
  text: string,
  {
    file,
    protocol,
    kind,
  }: { readonly file: string; readonly protocol: "modbus" | "opc-ua"; readonly kind: MappedDevice["kind"] },
): Result<MappedDevice, DeviceMapError> {
  const read = protocol === "modbus" ? readModbus(text, kind) : readOpcUa(text, kind);
  const issues = read.ok ? mapContradictions(read.device, read.at) : read.issues;
  if (read.ok && issues.length === 0) return ok(read.device);
  const said = issues.map(
    ({ line, column, path, message }) => `${file}:${line}:${column}: ${`${path} ${message}`.trim()}`,
  );
  return fail({ code: "map.invalid", text: said.join("\n") });
}

type Read =
  | {
      readonly ok: true;
      readonly device: MappedDevice;
      readonly at: (path: readonly PropertyKey[]) => Pick<ConfigIssue, "line" | "column">;
    }
  | { readonly ok: false; readonly issues: readonly ConfigIssue[] };

function readModbus(text: string, kind: MappedDevice["kind"]): Read {
  const read = kind === "unit" ? readDocument(text, modbusUnitMap) : readDocument(text, modbusMeterMap);
  if (!read.ok) return read;
  const { value } = read;
  const points = Object.entries(value.points).map(
    ([name, { wordOrder = value.wordOrder, ...point }]): MappedPoint => ({
      name,
      ...point,
      wordOrder,
      plausible: point.plausible,
      fallback: point.fallback,
      values: point.values,
      everyS: point.everyS,
    }),
  );
  const device: MappedDevice = {
    name: value.name,
    kind,
    readGaps: value.readGaps,
    identity: value.identity,
    points: Object.fromEntries(points.map((point) => [point.name, point])),
    image: "unit" in value ? value.unit : value.meter,
    commands: "unit" in value ? value.commands : undefined,
    nodes: undefined,
  };
  return { ok: true, device, at: read.at };
}

/** Each node gets four registers of its own, in the order of the file; all of them may be read in one go. */
function readOpcUa(text: string, kind: MappedDevice["kind"]): Read {
  const read = kind === "unit" ? readDocument(text, opcUaUnitMap) : readDocument(text, opcUaMeterMap);
  if (!read.ok) return read;
  const { value } = read;
  const entries = Object.entries(value.points);
  const points = entries.map(
    ([name, { path: _path, namespace: _namespace, sourceAgeMaxS: _age, ...point }], index): MappedPoint => ({
      name,
      address: NODE_REGISTERS * index,
      type: "float64",
      table: "holding",
      wordOrder: "big",
      ...point,
      plausible: point.plausible,
      fallback: point.fallback,
      values: point.values,
      everyS: point.everyS,
    }),
  );
  const device: MappedDevice = {
    name: value.name,
    kind,
    readGaps: 60,
    identity: {},
    points: Object.fromEntries(points.map((point) => [point.name, point])),
    image: "unit" in value ? value.unit : value.meter,
    commands: "unit" in value ? value.commands : undefined,
    nodes: entries.map(([, { path, namespace = value.namespace, sourceAgeMaxS }], index) => ({
      address: NODE_REGISTERS * index,
      namespace,
      path,
      ...(sourceAgeMaxS !== undefined && { sourceAgeMsMax: seconds(sourceAgeMaxS) }),
    })),
  };
  return { ok: true, device, at: read.at };
}

const NODE_REGISTERS = 4;
