import type { DailyShape } from "../plant/daily-shape.ts";
import type { FeederRatings } from "../plant/feeder.ts";
import type { BatteryRatings } from "../plant/ratings.ts";

/** A named plant as data. Powers are sizes except where a limit says min and max. */
export interface SiteSpec {
  readonly name: string;
  readonly unitCount: number;
  readonly unit: BatteryRatings;
  readonly feeder: FeederRatings;
  /** What the connection agreement allows at the point of connection, + export. The plant itself does not enforce it. */
  readonly connectionLimitW: { readonly min: number; readonly max: number };
  readonly load: { readonly shape: DailyShape; readonly powerWMax: number; readonly variation: number };
  readonly solar: { readonly shape: DailyShape; readonly powerWMax: number; readonly variation: number };
  readonly frequencyHzNominal: number;
  /** Local solar time is UTC plus this. */
  readonly solarOffsetMs: number;
  readonly ambient: { readonly meanC: number; readonly swingC: number };
}
