import { SITE_METRICS, UNIT_METRICS } from "@penstock/protocol/telemetry";
import { capabilityHash } from "../../config/capability-hash.ts";
import { LIVE_METRICS, SETTLEMENT_METRICS, settlementValues, siteValues, unitValues } from "../../loop/site-metrics.ts";
import type { OperatorRequest } from "./request.ts";

/** The metric catalogue with its values of this moment; null where a value is not known. */
export const points: OperatorRequest<object> = {
  op: "points",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { site, siteId, nowMs, grants } = view();
    const values = new Map<string, unknown>();
    if (site !== undefined) {
      const moment = {
        image: site.image,
        explanation: site.explanation,
        grants,
        loop: site.loop,
        capability: capabilityHash(config),
      };
      LIVE_METRICS.forEach(({ name }, index) => void values.set(name, siteValues(moment)[index] ?? null));
      SETTLEMENT_METRICS.forEach(({ name }, index) => void values.set(name, settlementValues(moment)[index] ?? null));
    }
    const ofSite = SITE_METRICS.filter(({ class: kind }) => kind !== "event").map((metric) => ({
      name: metric.name,
      device: null,
      value: values.get(metric.name) ?? null,
      unit: metric.unit,
      class: metric.class,
      text: metric.text,
    }));
    const ofUnits = (site?.image.units ?? []).flatMap((unit) => {
      const known = unit.setpointW.quality === "missing" ? undefined : unit.setpointW.value;
      const unitNow = unitValues(unit, known);
      return UNIT_METRICS.map((metric, index) => ({
        name: metric.name,
        device: unit.id,
        value: unitNow[index] ?? null,
        unit: metric.unit,
        class: metric.class,
        text: metric.text,
      }));
    });
    answer({ version: 1, site: siteId, timeMs: nowMs, points: [...ofSite, ...ofUnits] });
  },
};
