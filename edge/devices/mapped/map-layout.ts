import { invariant } from "@penstock/protocol/result";
import { Ms, seconds } from "@penstock/protocol/units";
import type { Block, ReadPlan } from "../driver.ts";
import type { MappedDevice, MappedPoint } from "./mapped-device.ts";
import { readRegisters, registersOf, type WordOrder } from "./register-value.ts";
import { MAP_UNITS } from "./units-of-map.ts";

/** Registers that belong together and are never read or written in two requests. */
export interface Span {
  readonly from: number;
  /** Not included. */
  readonly to: number;
  readonly table: "holding" | "input";
  readonly everyMs: Ms;
}

/** In which reads the points of a map come home, and where each lies then. */
export class MapLayout {
  readonly plans: readonly ReadPlan[];
  readonly #readGaps: number;

  constructor(device: MappedDevice, controls: readonly Span[]) {
    this.#readGaps = device.readGaps;
    const points = Object.values(device.points).map(spanOf);
    const lone = points.filter((span) => !controls.some((control) => covers(control, span)));
    this.plans = this.#reads([...lone, ...controls]);
  }

  /** The block of a span, and its first register in it. */
  place(span: Span): { readonly block: number; readonly at: number } {
    const block = this.plans.findIndex(
      ({ address, count, table = "holding", everyMs }) =>
        table === span.table && everyMs === span.everyMs && span.from >= address && span.to <= address + count,
    );
    invariant(block >= 0, "every point of a map is in one of its reads");
    return { block, at: span.from - (this.plans[block]?.address ?? 0) };
  }

  /** What a point says, in our own unit; NaN for no value. */
  valueReader(point: MappedPoint): { readonly block: number; read(block: Block, order?: WordOrder): number } {
    const { block, at } = this.place(spanOf(point));
    const factor = point.sign * point.scale * MAP_UNITS[point.unit].factor;
    return {
      block,
      read({ registers }, order = point.wordOrder) {
        const raw = readRegisters(registers, at, point.type, order);
        return point.missing.includes(raw) ? Number.NaN : raw * factor;
      },
    };
  }

  /** The raw number, for codes. */
  codeReader(point: MappedPoint): { readonly block: number; read(block: Block): number } {
    const { block, at } = this.place(spanOf(point));
    return { block, read: ({ registers }) => readRegisters(registers, at, point.type, point.wordOrder) };
  }

  #reads(spans: readonly Span[]): readonly ReadPlan[] {
    const reads: { from: number; to: number; table: Span["table"]; everyMs: Ms }[] = [];
    const sorted = spans.toSorted((a, b) => a.everyMs - b.everyMs || a.table.localeCompare(b.table) || a.from - b.from);
    for (const span of sorted) {
      const last = reads.at(-1);
      const joins =
        last !== undefined &&
        last.everyMs === span.everyMs &&
        last.table === span.table &&
        span.from - last.to <= this.#readGaps &&
        span.to - last.from <= READ_MAX;
      if (joins) last.to = Math.max(last.to, span.to);
      else reads.push({ ...span });
    }
    return reads.map(({ from, to, table, everyMs }) => ({ address: from, count: to - from, table, everyMs }));
  }
}

export const spanOf = ({ address, type, table, everyS }: MappedPoint): Span => ({
  from: address,
  to: address + registersOf(type),
  table,
  everyMs: everyS === undefined ? Ms(0) : seconds(everyS),
});

const READ_MAX = 125;

const covers = (outer: Span, inner: Span): boolean =>
  outer.table === inner.table && inner.from >= outer.from && inner.to <= outer.to;
