import { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { type Fraction, kW, MW, type UtcMs, W } from "@penstock/protocol/units";
import { FleetModel } from "../index.ts";

/** Half an afternoon of three sites, told to a fleet model through its own doors: for the page, its tests and screenshots. */
export class FixtureFleet {
  readonly model: FleetModel;
  readonly #clock: Clock;
  readonly #rng: Rng;
  #second = 0;

  constructor(clock: Clock, seed = "fixture") {
    this.#clock = clock;
    this.#rng = new Rng(seed);
    this.model = new FleetModel({ clock, sites: fixtureSites.map(({ siteId, name }) => ({ siteId, name })) });
    for (const { siteId } of fixtureSites) this.model.ingested({ type: "site-online", siteId, atMs: clock.nowMs() });
    this.second();
  }

  /** The next second: every site speaks, the market's clock moves on by half a minute. */
  second(): void {
    this.#second++;
    for (const site of fixtureSites) this.#speak(site);
    this.#market();
    this.model.counted({ stored: 18_240 + 42 * this.#second, redelivered: 36, missing: 0, quarantined: 0 });
    this.model.refresh();
  }

  /** The feeder's link goes, and with it what it would have told; a unit of the park fails. */
  trouble(): void {
    const atMs = this.#clock.nowMs();
    this.model.ingested({ type: "site-offline", siteId: "feeder", atMs, because: "death" });
    const aboutMs = atMs;
    this.model.ingested({
      type: "values",
      siteId: "park",
      device: "unit-07",
      knownAtMs: atMs,
      values: [{ name: "State", value: "fault", aboutMs }],
    });
    this.model.ingested({
      type: "edge-event",
      siteId: "feeder",
      knownAtMs: atMs,
      event: {
        aboutMs,
        code: "limit-conflict",
        level: "alarm",
        text: "two limits contradict",
        facts: { state: "begins" },
      },
    });
  }

  #speak({ siteId, sizeW, capacityWh, restW, because, units }: FixtureSite): void {
    const nowMs = this.#clock.nowMs();
    const wave = Math.sin((this.#second + sizeW / 1e5) / 40);
    const wishW = 0.8 * sizeW * Math.round(wave * 2) * 0.5;
    const targetW = because === "" ? wishW : Math.sign(wishW) * Math.min(Math.abs(wishW), 0.55 * sizeW);
    const batteryW = targetW + 0.006 * sizeW * this.#rng.normal();
    const values: Record<string, number | string> = {
      "Power/Battery": batteryW,
      "Power/Grid": batteryW + restW + 0.01 * sizeW * this.#rng.normal(),
      "Power/Wish": wishW,
      "Power/Target": targetW,
      "Power/Min": -sizeW,
      "Power/Max": because === "" ? sizeW : 0.55 * sizeW,
      "Control/Source": "lease",
      "Control/Because": wishW === targetW ? "" : because,
      "Control/LeaseSequence": 400 + this.#second,
      "Energy/SoC": 0.55 + 0.25 * Math.cos((this.#second + sizeW / 1e5) / 90),
      "Energy/Capacity": capacityWh,
      "Capability/Charge": sizeW,
      "Capability/Discharge": sizeW,
      "Units/Available": units,
      "Units/Total": units,
      "Grid/Frequency": 50 + 0.01 * this.#rng.normal(),
    };
    this.model.ingested({
      type: "values",
      siteId,
      knownAtMs: nowMs,
      values: Object.entries(values).map(([name, value]) => ({ name, value, aboutMs: nowMs })),
    });
    this.model.target(siteId, W(wishW));
    this.model.completeUpTo(siteId, nowMs);
  }

  #market(): void {
    const marketTimeMs = marketStartMs + this.#second * 30_000;
    const interval = Math.floor(marketTimeMs / intervalMs);
    const first = Math.max(0, interval - (this.#second === 1 ? 140 : 0));
    for (let index = first; index <= interval; index++) {
      this.model.market({
        marketId: "nem-energy",
        region: "NSW1",
        currency: "AUD",
        marketTimeMs: marketTimeMs as UtcMs,
        marketSpeed: 30,
        intervalStartMs: (index * intervalMs) as UtcMs,
        intervalEndMs: ((index + 1) * intervalMs) as UtcMs,
        pricePerMWh: priceAt(index),
        pricesGenerated: true,
        pricesSource: "generated from seed 7",
      });
    }
    for (const offset of [0, 1]) for (const unit of fixtureUnits) this.#bid(unit, interval + offset, offset === 0);
    const perfectForesightRevenue = 1_890 + 12 * this.#second;
    const revenue = 1_310 + 9 * this.#second;
    this.model.profit("nem-energy", {
      currency: "AUD",
      sinceMs: marketStartMs as UtcMs,
      settledUntilMs: (interval * intervalMs) as UtcMs,
      intervals: 3 * (interval - marketStartMs / intervalMs),
      waiting: 3,
      revenue,
      cost: 240,
      perfectForesightRevenue,
      perfectForesightProfit: perfectForesightRevenue - 260,
      share: (revenue / perfectForesightRevenue) as Fraction,
      dispatchedMWh: 41.2,
      meteredMWh: 40.9,
    });
  }

  #bid({ unitId, siteIds, sizeMW }: (typeof fixtureUnits)[number], interval: number, isNow: boolean): void {
    const price = priceAt(interval);
    const steps = [
      ...[-1000, -40, 12, 28].map((pricePerMWh, band) => ({
        pricePerMWh,
        volumeMW: -round(sizeMW * (shares[band] ?? 0)),
      })),
      ...[74, 96, 150, 300, 1_500, 15_500].map((pricePerMWh, band) => ({
        pricePerMWh,
        volumeMW: round(sizeMW * (sellShares[band] ?? 0)),
      })),
    ];
    const cleared = steps.reduce(
      (sum, step) =>
        sum +
        (step.volumeMW > 0
          ? step.pricePerMWh <= price
            ? step.volumeMW
            : 0
          : step.pricePerMWh >= price
            ? step.volumeMW
            : 0),
      0,
    );
    this.model.bid({
      marketId: "nem-energy",
      unitId,
      siteIds,
      intervalStartMs: (interval * intervalMs) as UtcMs,
      intervalEndMs: ((interval + 1) * intervalMs) as UtcMs,
      bidVersion: 1,
      decidedAtMs: this.#clock.nowMs(),
      state: "accepted",
      gate: "auto",
      steps,
      because: "Sells above the value of waiting for tonight's peak, buys below the value of a full battery.",
      refusals: [],
    });
    const about = { marketId: "nem-energy", unitId, intervalStartMs: (interval * intervalMs) as UtcMs };
    if (isNow) this.model.cleared({ ...about, awardPowerW: MW(cleared), pricePerMWh: price });
  }
}

interface FixtureSite {
  readonly siteId: string;
  readonly name: string;
  readonly sizeW: number;
  readonly capacityWh: number;
  readonly restW: number;
  readonly because: string;
  readonly units: number;
}

const fixtureSites: readonly FixtureSite[] = [
  { siteId: "park", name: "park", sizeW: MW(19), capacityWh: 39e6, restW: kW(-40), because: "", units: 10 },
  {
    siteId: "feeder",
    name: "feeder",
    sizeW: MW(6),
    capacityWh: 15.6e6,
    restW: MW(-1.4),
    because: "grid-connection",
    units: 4,
  },
  { siteId: "street", name: "street", sizeW: kW(100), capacityWh: 270e3, restW: kW(22), because: "", units: 20 },
];

const fixtureUnits = [
  { unitId: "PNSTK1", siteIds: ["park"], sizeMW: 19 },
  { unitId: "PNSTK2", siteIds: ["feeder"], sizeMW: 6 },
];

const marketStartMs = Date.UTC(2023, 0, 1, 8);
const intervalMs = 300_000;
const shares = [0.3, 0.3, 0.25, 0.15];
const sellShares = [0.2, 0.2, 0.2, 0.2, 0.1, 0.1];
const round = (volumeMW: number): number => Math.max(1, Math.round(volumeMW));

/** A day with a negative noon, an evening peak and one spike. */
function priceAt(interval: number): number {
  const hour = ((interval * intervalMs) / 3_600_000) % 24;
  const noise = new Rng(`price-${interval}`).normal() * 6;
  const shape = 70 - 85 * Math.exp(-((hour - 3) ** 2) / 5) + 130 * Math.exp(-((hour - 8.3) ** 2) / 1.4);
  return Math.round(100 * (interval % 97 === 11 ? 480 : shape + noise)) / 100;
}
