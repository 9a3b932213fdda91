import type { MeterModel } from "../devices/meter.ts";
import type { DailyShape } from "../plant/daily-shape.ts";
import type { FeederRatings } from "../plant/feeder.ts";
import type { BatteryRatings } from "../plant/ratings.ts";

/** A named plant as data. Powers are sizes except where a limit says min and max. */
export interface SiteSpec {
  readonly name: string;
  readonly unitCount: number;
  readonly unit: BatteryRatings;
  /** How units speak: SunSpec's 700s (the default), or an older inverter's 103 (`legacy`) or 113 (`legacy-float`) with 120–124. */
  readonly unitKind?: "der" | "legacy" | "legacy-float";
  /** One illustrative site controller stands in front of all units: whoever controls the site speaks to it and not to them. */
  readonly hasSiteController?: boolean;
  /** Strings of cells a `der` unit shows in 803; none unless said. */
  readonly strings?: number;
  /** Default 213. */
  readonly meterModel?: MeterModel;
  /** Where the devices' SunSpec maps begin: 40000 (the default), 50000 or 0. */
  readonly mapBase?: number;
  readonly feeder: FeederRatings;
  /** What the connection agreement allows at the point of connection, + export. The plant itself does not enforce it. */
  readonly connectionLimitW: { readonly min: number; readonly max: number };
  /** Cables or transformers inside the site that carry some of its units, each with a meter `ID-meter`. */
  readonly branches?: readonly BranchSpec[];
  /** Beside what stands on branches. */
  readonly load: { readonly shape: DailyShape; readonly powerWMax: number; readonly variation: number };
  readonly solar: { readonly shape: DailyShape; readonly powerWMax: number; readonly variation: number };
  readonly frequencyHzNominal: number;
  /** Local solar time is UTC plus this. */
  readonly solarOffsetMs: number;
  readonly ambient: { readonly meanC: number; readonly swingC: number };
}

export interface BranchSpec {
  readonly id: string;
  /** By their places, from 0. */
  readonly units: readonly number[];
  /** What it carries, + towards the connection. The plant itself does not enforce it. */
  readonly limitW: { readonly min: number; readonly max: number };
  /** On it beside the units. */
  readonly load?: SiteSpec["load"];
}
