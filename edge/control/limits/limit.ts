import type { Wish } from "../arbitrate.ts";
import type { CoreState } from "../core-state.ts";
import type { EnergyLedger } from "../energy-ledger.ts";
import type { FeederRest } from "../feeder-rest.ts";
import type { PowerInterval, SiteImage, UnitImage } from "../image.ts";
import type { ReactiveRest } from "../reactive-rest.ts";
import type { RestOfSite } from "../rest-of-site.ts";
import type { RequiredEnergy } from "../services/required-energy.ts";
import type { SiteRoom } from "../services/site-room.ts";
import type { SiteControlConfig, SocBand } from "../site-control-config.ts";
import type { Grant, Latches } from "../step-types.ts";

/** What a limit may look at besides the image. */
export interface LimitContext {
  readonly config: SiteControlConfig;
  readonly latches: Latches;
  readonly grants: readonly Grant[];
  readonly rest: RestOfSite;
  /** Undefined where the connection has no apparent-power limit, and while it was never known. */
  readonly reactiveRest: ReactiveRest | undefined;
  /** In the order of the configured feeders; empty where there are none. */
  readonly feederRests: readonly FeederRest[];
  /** Whose wish it is this cycle. */
  readonly wish: Wish;
  /** Undefined where the owner has no terms. */
  readonly ledger: EnergyLedger | undefined;
  /** The owner's band of charge for this month, where there is one. */
  readonly season: SocBand | undefined;
  /** Reactive power each unit has been given already, where that goes first; in the order of the image. */
  readonly plannedVar: readonly number[] | undefined;
  /** What the cycle before left: for last known values and for "no further than now". */
  readonly state: CoreState;
  /** What a site with services could do now; undefined on a site without any. */
  readonly room: SiteRoom | undefined;
  /** What its contracts require in store and free; undefined with `room`. */
  readonly required: RequiredEnergy | undefined;
}

/**
 * Whose word a limit is, strongest first. Within a rank all limits hold together, in whatever order they stand; where
 * they contradict each other what is left is the point between them nearest 0.
 */
export type Rank = "hardware" | "site" | "grid-operator" | "owner" | "local-operator" | "market";

/**
 * A limit on one unit, at its terminals: it always contains 0, and applies at once. `text` and `unitText` are
 * asked only when the limit made a difference, so that a quiet cycle writes no sentences.
 */
export interface UnitLimit {
  readonly name: string;
  readonly rank: Rank;
  /** `place` is the unit's, in the image. */
  interval(unit: UnitImage, context: LimitContext, place: number): PowerInterval | undefined;
  /** What units may do together, beside what each may alone. */
  groups?(image: SiteImage, context: LimitContext): readonly UnitGroup[] | undefined;
  text(image: SiteImage, context: LimitContext): string;
  unitText(unit: UnitImage, context: LimitContext): string;
}

/** Units, by their places in the image, and what they may do in sum: always contains 0. */
export interface UnitGroup extends PowerInterval {
  readonly places: readonly number[];
}

/** A limit on the sum of the usable units' powers. Undefined: it has nothing to say. */
export interface SiteLimit {
  readonly name: string;
  readonly rank: Rank;
  interval(image: SiteImage, context: LimitContext): PacedInterval | undefined;
  text(image: SiteImage, context: LimitContext): string;
  /** It bounds a wish and not the site: where stronger limits leave it nothing, that is no conflict. */
  readonly yields?: true;
  /** It keeps room free for the site's services: it binds what others wish, and not the services themselves. */
  readonly bindsBaselineOnly?: true;
}

/** `at-once`: hardware would be harmed or a fuse would go. `ramped`: approached at the site's own ramp. */
export interface PacedInterval extends PowerInterval {
  readonly pace: "at-once" | "ramped";
}

export const paced = (interval: PowerInterval, pace: PacedInterval["pace"]): PacedInterval => ({
  powerWMin: interval.powerWMin,
  powerWMax: interval.powerWMax,
  pace,
});
