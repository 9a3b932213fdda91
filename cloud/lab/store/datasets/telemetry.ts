import { SITE_METRICS, UNIT_METRICS } from "@penstock/protocol/telemetry";
import { bitemporal, type RecordDataset } from "../dataset.ts";

const columns = {
  ...bitemporal,
  site: "text",
  /** The unit of the site it is about; null for the site itself. */
  device: "text",
  metric: "text",
  /** Of `value`, as in the metric catalogue: W, Wh, Hz, 1. */
  unit: "text",
  value: "number",
  value_text: "text",
  value_is_true: "boolean",
  stream: "text",
  epoch: "text",
  sequence: "integer",
  /** On a summary: it stands for every record from this one to its own sequence. */
  folded_from: "integer",
} as const;

/** Every value of every record, one a row: a new metric is a new row, never a new column. */
export const telemetry: RecordDataset<typeof columns> = {
  name: "telemetry",
  text: "what sites measured: one value a row, + out",
  columns,
  partition: "site",
  rowsOf({ knownAtMs, aboutMs, siteId, device, stream, epoch, sequence, foldedFrom, values }) {
    const units = device === undefined ? unitsOfSite : unitsOfDevice;
    return values.map(([metric, value]) => ({
      known_utc: knownAtMs,
      about_utc: aboutMs,
      site: siteId,
      device: device ?? null,
      metric,
      unit: units.get(metric) ?? null,
      value: typeof value === "number" ? value : null,
      value_text: typeof value === "string" ? value : null,
      value_is_true: typeof value === "boolean" ? value : null,
      stream,
      epoch,
      sequence,
      folded_from: foldedFrom ?? null,
    }));
  },
};

const unitsOf = (metrics: readonly { readonly name: string; readonly unit: string }[]): ReadonlyMap<string, string> =>
  new Map(metrics.flatMap(({ name, unit }) => (unit === "" ? [] : [[name, unit] as const])));
const unitsOfSite = unitsOf(SITE_METRICS);
const unitsOfDevice = unitsOf(UNIT_METRICS);
