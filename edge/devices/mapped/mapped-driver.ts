import { invariant, ok } from "@penstock/protocol/result";
import { Celsius, Hz, Soc, V, Var, W, Wh } from "@penstock/protocol/units";
import { missing, type Reading, type UnitState } from "../../control/image.ts";
import type { Block, MeterDriver, UnitDriver, View, Watched } from "../driver.ts";
import { type Oddity, oddity } from "../plausibility.ts";
import { NO_BLOCK } from "../point-group.ts";
import { readingOf } from "../reading.ts";
import { discoverMapped, identityPlans } from "./discover-mapped.ts";
import { mapControl, writeGroups } from "./map-controls.ts";
import { MapLayout, spanOf } from "./map-layout.ts";
import type { MappedDevice, MappedPoint } from "./mapped-device.ts";
import { MAP_UNITS } from "./units-of-map.ts";

/** A battery unit that a map describes. One driver a map: it is made where the configuration is read. */
export function mappedUnit(device: MappedDevice): UnitDriver {
  const groups = writeGroups(device);
  const layout = new MapLayout(device, groups);
  const image = imageReader(device, layout);
  const setpoint = device.commands && layout.valueReader(pointOf(device, device.commands.activePower));
  return {
    kind: "unit",
    name: device.name,
    discover: discoverMapped(device),
    plan: (map) => ok([...layout.plans, ...identityPlans(device, map)]),

    image: (unit, blocks, view) => ({
      id: unit.id,
      rating: unit.rating,
      powerW: image.number("powerW", W, blocks, view),
      reactiveVar: image.number("reactiveVar", Var, blocks, view),
      soc: image.number("soc", Soc, blocks, view, { min: 0, max: 1 }),
      chargeWMax: image.number("chargeWMax", W, blocks, view),
      dischargeWMax: image.number("dischargeWMax", W, blocks, view),
      temperatureC: image.number("temperatureC", Celsius, blocks, view),
      state: image.word("state", blocks, view) as Reading<UnitState>,
      remote: isRemote(image.word("remote", blocks, view)),
      setpointW:
        setpoint === undefined
          ? NOT_MAPPED
          : readingOf(W(setpoint.read(blocks[setpoint.block] ?? NO_BLOCK)), blocks[setpoint.block] ?? NO_BLOCK, view),
      dischargedWh: image.number("dischargedWh", Wh, blocks, view),
      chargedWh: image.number("chargedWh", Wh, blocks, view),
      refused: view.refused,
      ...(device.image["cellVoltageVMin"] !== undefined && {
        cellVoltageVMin: image.number("cellVoltageVMin", V, blocks, view),
        cellVoltageVMean: image.number("cellVoltageVMean", V, blocks, view),
        cellVoltageVMax: image.number("cellVoltageVMax", V, blocks, view),
      }),
    }),

    lint: (_unit, blocks) => lintOf(device, layout, blocks),
    controls: groups.map((group) => mapControl(group, layout)),
    heartbeat: undefined,
    writable: () => groups.map(({ from, to }) => ({ from, to: to - 1 })),
    watched: watchedOf(device, layout),
  };
}

/** The point of connection, as a map describes it. */
export function mappedMeter(device: MappedDevice): MeterDriver {
  const layout = new MapLayout(device, []);
  const image = imageReader(device, layout);
  return {
    kind: "meter",
    name: device.name,
    discover: discoverMapped(device),
    plan: (map) => ok([...layout.plans, ...identityPlans(device, map)]),

    image({ sign }, blocks, view) {
      const exported = image.number("exportedWh", Wh, blocks, view);
      const imported = image.number("importedWh", Wh, blocks, view);
      return {
        powerW: image.number("powerW", (value) => W(sign * value), blocks, view),
        reactiveVar: image.number("reactiveVar", (value) => Var(sign * value), blocks, view),
        frequencyHz: image.number("frequencyHz", Hz, blocks, view),
        voltageV: image.number("voltageV", V, blocks, view),
        exportedWh: sign === 1 ? exported : imported,
        importedWh: sign === 1 ? imported : exported,
      };
    },

    lint: (_meter, blocks) => lintOf(device, layout, blocks),
  };
}

function imageReader(device: MappedDevice, layout: MapLayout) {
  const numbers = new Map<string, (blocks: readonly Block[]) => { readonly value: number; readonly block: Block }>();
  const ranges = new Map<string, { readonly min: number; readonly max: number }>();
  for (const [field, source] of Object.entries(device.image)) {
    if (source === undefined || field === "state" || field === "remote") continue;
    if (typeof source === "string") {
      const point = pointOf(device, source);
      const reader = layout.valueReader(point);
      const range = rangeOf(device, source);
      if (range !== undefined) ranges.set(field, range);
      numbers.set(field, (blocks) => {
        const block = blocks[reader.block] ?? NO_BLOCK;
        return { value: reader.read(block), block };
      });
    } else if ("of" in source) {
      const of = layout.valueReader(pointOf(device, source.of));
      const over = layout.valueReader(pointOf(device, source.over));
      numbers.set(field, (blocks) => {
        const ofBlock = blocks[of.block] ?? NO_BLOCK;
        const overBlock = blocks[over.block] ?? NO_BLOCK;
        // As old as the older of the two, and as slow as its block may be.
        const block = ofBlock.readAtMs <= overBlock.readAtMs ? ofBlock : overBlock;
        const divisor = over.read(overBlock);
        return { value: divisor > 0 ? of.read(ofBlock) / divisor : Number.NaN, block };
      });
    } else {
      const value = Number(source.constant);
      numbers.set(field, (blocks) => ({ value, block: blocks[0] ?? NO_BLOCK }));
    }
  }
  return {
    number<T extends number>(
      field: string,
      make: (value: number) => T,
      blocks: readonly Block[],
      view: View,
      range = ranges.get(field),
    ): Reading<T> {
      const found = numbers.get(field)?.(blocks);
      if (found === undefined) return NOT_MAPPED;
      const flaw = Number.isNaN(found.value) ? flawOf(field, view) : undefined;
      return flaw === undefined ? readingOf(make(found.value), found.block, view, range) : missing(flaw);
    },

    /** State and control mode: a raw number that the map has no word for is no value. */
    word(field: "state" | "remote", blocks: readonly Block[], view: View): Reading<string> {
      const source = device.image[field];
      if (source === undefined || (typeof source !== "string" && "of" in source)) return NOT_MAPPED;
      if (typeof source !== "string") return readingOf(String(source.constant), blocks[0] ?? NO_BLOCK, view);
      const point = pointOf(device, source);
      const reader = layout.codeReader(point);
      const block = blocks[reader.block] ?? NO_BLOCK;
      const flaw = view.flawAt?.(point.address);
      return flaw === undefined ? readingOf(point.values?.[String(reader.read(block))], block, view) : missing(flaw);
    },
  };

  /** What its server says is wrong with the points a field is made of. */
  function flawOf(field: string, { flawAt }: View): string | undefined {
    const source = device.image[field];
    if (flawAt === undefined || source === undefined) return undefined;
    if (typeof source === "string") return flawAt(pointOf(device, source).address);
    if (!("of" in source)) return undefined;
    return flawAt(pointOf(device, source.of).address) ?? flawAt(pointOf(device, source.over).address);
  }
}

const isRemote = (control: Reading<string>): Reading<boolean> =>
  control.quality === "missing" ? control : { ...control, value: control.value === "remote" };

/** In our own units. */
function rangeOf(device: MappedDevice, name: string): { readonly min: number; readonly max: number } | undefined {
  const { plausible, unit } = pointOf(device, name);
  const { factor } = MAP_UNITS[unit];
  return plausible && { min: plausible[0] * factor, max: plausible[1] * factor };
}

function lintOf(device: MappedDevice, layout: MapLayout, blocks: readonly Block[]): readonly Oddity[] {
  return Object.values(device.points).flatMap((point) => {
    const range = rangeOf(device, point.name);
    if (range === undefined) return [];
    const reader = layout.valueReader(point);
    const block = blocks[reader.block] ?? NO_BLOCK;
    const swapped = reader.read(block, point.wordOrder === "big" ? "little" : "big");
    return oddity(point.name, reader.read(block), range, { swapped }) ?? [];
  });
}

/** Whatever may be written and is not ours to write. */
function watchedOf(device: MappedDevice, layout: MapLayout): readonly Watched[] {
  const ours = new Set(writeGroups(device).flatMap(({ parts }) => parts.map(({ point }) => point.name)));
  return Object.values(device.points)
    .filter(({ name, access }) => access === "rw" && !ours.has(name))
    .map((point) => {
      const span = spanOf(point);
      const { block, at } = layout.place(span);
      return { name: point.name, block, blockOffset: at, count: span.to - span.from };
    });
}

function pointOf(device: MappedDevice, name: string): MappedPoint {
  const point = device.points[name];
  invariant(point !== undefined, `map ${device.name} has no point ${name}`);
  return point;
}

const NOT_MAPPED = missing("not in the device's map");
