import type { Ms } from "@penstock/protocol/units";
import type { AgentView } from "../agent/site-report.ts";
import type { Reading, UnitImage } from "../control/image.ts";
import type { SiteStatus } from "../loop/loop-types.ts";
import type { NodeSample, NodeValue, ServedNode } from "./server-link.ts";

/** What the nodes are made from. */
export type NorthboundView = Pick<AgentView, "nowMs" | "monotonicMs" | "site" | "latches" | "alarms"> & {
  /** How long the grid operator's set-point holds unless it is written again. */
  readonly setpointForMs: Ms;
};

/** A node, and how its value is had. */
export interface SiteNode {
  readonly node: ServedNode;
  sample(view: NorthboundView): NodeSample;
}

type Options = Pick<ServedNode, "unit" | "range" | "isGranted">;
type Known = NodeValue | undefined;

/** Something the site itself knows: as good and as old as the loop's last word. */
export const fact = (
  path: string,
  type: ServedNode["type"],
  about: string,
  of: (view: NorthboundView) => Known,
  options: Options = {},
): SiteNode => ({
  node: { path: `Site/${path}`, type, about, ...options },
  sample(view) {
    const value = of(view);
    const timeMs = view.site?.timeMs ?? view.nowMs;
    return value === undefined || view.site === undefined
      ? { quality: "missing", timeMs }
      : { quality: "good", value, timeMs };
  },
});

/** Something that was read from a device. */
export const reading = (
  path: string,
  about: string,
  of: (site: SiteStatus) => Reading<number | boolean | string> | undefined,
  options: Options = {},
  type: ServedNode["type"] = "Double",
): SiteNode => ({
  node: { path: `Site/${path}`, type, about, ...options },
  sample: ({ site, nowMs }) => (site === undefined ? missing(nowMs) : sampleOf(of(site), site.image.nowMs)),
});

/** A sum over the units: no better than the worst of them and no newer than the oldest. One that is missing makes it missing. */
export const inSum = (
  path: string,
  about: string,
  unit: ServedNode["unit"] & string,
  range: ServedNode["range"],
  of: (unit: UnitImage) => Reading<number>,
): SiteNode => ({
  node: { path: `Site/${path}`, type: "Double", about, unit, ...(range && { range }) },
  sample({ site, nowMs }) {
    if (site === undefined) return missing(nowMs);
    let value = 0;
    let timeMs: number = site.image.nowMs;
    let quality: "good" | "stale" = "good";
    for (const one of site.image.units.map(of)) {
      if (one.quality === "missing") return missing(site.image.nowMs);
      if (one.quality === "stale") quality = "stale";
      value += one.value;
      timeMs = Math.min(timeMs, site.image.nowMs - one.ageMs);
    }
    return { quality, value, timeMs };
  },
});

const missing = (timeMs: number): NodeSample => ({ quality: "missing", timeMs });

const sampleOf = (one: Reading<number | boolean | string> | undefined, nowMs: number): NodeSample =>
  one === undefined || one.quality === "missing"
    ? missing(nowMs)
    : { quality: one.quality, value: one.value, timeMs: nowMs - one.ageMs };

export const scaled = (one: Reading<number>, by: number): Reading<number> =>
  one.quality === "missing" ? one : { ...one, value: one.value * by };
