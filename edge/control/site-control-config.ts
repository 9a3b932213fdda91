import type { Celsius, Ms, Soc, V, VA, W, WPerS } from "@penstock/protocol/units";
import type { ServicesConfig } from "./services/serve.ts";

/** What the control core knows of a site before the first reading. Every figure is at the point of connection unless named otherwise. */
export interface SiteControlConfig {
  readonly siteId: string;
  readonly periodMs: Ms;
  readonly connection: {
    /** Both ≥ 0. */
    readonly exportWMax: W;
    readonly importWMax: W;
    /** Kept free below both limits, for losses and measurement error. */
    readonly marginW: W;
    /** What the batteries may do in sum, either way, while the meter is not to be trusted. */
    readonly withoutMeterW: W;
    /** What it carries of power and reactive power together; undefined where only power is limited. */
    readonly apparentVAMax?: VA;
  };
  readonly ramp: { readonly upWPerS: WPerS; readonly downWPerS: WPerS };
  /** Outside the window a unit may only move back into it; within `taper` of an edge its power falls linearly to 0. */
  readonly socWindow: SocBand;
  /** What the batteries' own cable and transformer carry, at their terminals in sum; both ≥ 0. */
  readonly feeder?: { readonly exportWMax: W; readonly importWMax: W };
  /** Cables and transformers inside the site that carry some of the units. */
  readonly feeders?: readonly FeederTerms[];
  readonly owner?: OwnerTerms;
  /** What gives way where a circle, an inverter's or the connection's, cannot carry both: `active` keeps power, `reactive` keeps vars. `active` where left out. */
  readonly inverterPriority?: "active" | "reactive";
  readonly minimumLoad?: MinimumLoad;
  readonly transformer?: { readonly derateFromC: Celsius; readonly temperatureCMax: Celsius };
  readonly unitThermal?: { readonly derateFromC: Celsius; readonly temperatureCMax: Celsius };
  readonly voltage?: { readonly voltageVMin: V; readonly voltageVMax: V };
  /** When a good reading becomes stale, and a stale one missing (at three times the age). */
  readonly freshness: { readonly unitMs: Ms; readonly meterMs: Ms; readonly plantMs: Ms };
  /** The largest step of target a lease may ask for in one change, per second of its life; bounds a hostile cloud. */
  readonly leaseRampWPerS: WPerS;
  /** How often the cloud may turn the site from discharging to charging or back; bounds it too. */
  readonly leaseReversals?: { readonly max: number; readonly withinMs: Ms };
  /** Without them every fresh reading is believed. */
  readonly trust?: TrustTerms;
  readonly fallback: FallbackProfile;
  /** What the site is contracted for besides energy. */
  readonly services?: ServicesConfig;
}

export interface SocBand {
  readonly socMin: Soc;
  readonly socMax: Soc;
  readonly taper: Soc;
}

/** One of several feeders or transformers. Powers at its own bus, sizes ≥ 0. */
export interface FeederTerms {
  readonly id: string;
  /** The units it carries, by id and by their place in the image. */
  readonly unitIds: readonly string[];
  readonly units: readonly number[];
  readonly exportWMax: W;
  readonly importWMax: W;
  /** Power and reactive power together; undefined where only power is limited. */
  readonly apparentVAMax?: VA;
  /** What its units may do in sum, either way, while its own meter is not to be trusted. */
  readonly withoutMeterW: W;
}

/** When few units carry the whole. Loads are fractions of the working units' rating; `restBelow` < `resumeAbove`. */
export interface MinimumLoad {
  /** Below it for `settleMs`, units go to rest. */
  readonly restBelow: number;
  /** Another is woken as soon as they would all still be above it. */
  readonly resumeAbove: number;
  readonly settleMs: Ms;
}

/** When a reading that is fresh is still not believed. */
export interface TrustTerms {
  /** The meter stands still this long while the units move. */
  readonly meterFreezeMs: Ms;
  /** A unit's power stands still this long, far from its set-point. */
  readonly unitFreezeMs: Ms;
  /** How far a state of charge may be from what went in and out, as a fraction, besides losses. */
  readonly socDriftMax: number;
  /** The most there can be at the meter besides the batteries, either way, where the site knows. */
  readonly restOfSiteWMax?: W;
  /** Simulated sites: charge moves this many times faster than power says. 1 on a real site. */
  readonly energySpeed: number;
}

/** What the owner and the warranty leave of the battery. */
export interface OwnerTerms {
  /** IANA name. Its days begin at `dayStartsAt`, "04:00", a time that every day has. */
  readonly zone: string;
  readonly dayStartsAt: string;
  /** Full equivalent cycles: energy discharged over nameplate capacity. */
  readonly cyclesPerDayMax?: number;
  readonly rest?: { readonly afterCycles: number; readonly forMs: Ms };
  /** By month, 1..12; a month that none names has no band but the site's own. */
  readonly seasons: readonly { readonly months: readonly number[]; readonly band: SocBand }[];
}

/** What is safe on each loss is the site's choice. 0 W is a choice, never an accident. */
export interface FallbackProfile {
  readonly onCloudLoss: Fallback;
  readonly onMeterLoss: Fallback;
  readonly onUnitLoss: "redistribute" | "hold-share";
}

export type Fallback =
  | { readonly action: "ramp-to-zero"; readonly rampWPerS: WPerS }
  | { readonly action: "hold"; readonly forMs: Ms; readonly thenRampWPerS: WPerS }
  | { readonly action: "follow-load"; readonly gridPowerW: W };
