import { type Lease, type LeaseAckState, openLease, publicKeyOf } from "@penstock/protocol/lease";
import { SimClock } from "@penstock/protocol/time";
import { MW, minutes, seconds, UtcMs, type W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MarketClock } from "../desk/market-clock.ts";
import { cloudConfig, dayStartMs, fiveMinutes, journalOn, siteEntry, unitEntry } from "../desk/testing/desk-world.ts";
import type { Award } from "../markets/market.ts";
import { MemoryCloudStore } from "../store/index.ts";
import { priceQuantityCurve } from "../strategies/index.ts";
import { type DispatchEvent, Dispatcher } from "./dispatcher.ts";

/** A unit of two sites that acknowledge at once, unless they are mute, refuse or are away. */
class Fleet {
  readonly store = new MemoryCloudStore();
  readonly clock = new SimClock(dayStartMs);
  readonly config = cloudConfig(
    [siteEntry("feeder"), siteEntry("street")],
    [unitEntry("PNSTK2", ["feeder", "street"])],
  );
  readonly sent: { readonly siteId: string; readonly atMs: number; readonly lease: Lease }[] = [];
  readonly events: DispatchEvent[] = [];
  readonly away = new Set<string>();
  readonly mute = new Set<string>();
  readonly refusing = new Set<string>();
  dispatcher = this.start();

  start(): Dispatcher {
    const { signingKey } = this.config.dispatch;
    const trusted = [{ keyId: signingKey.keyId, publicKey: publicKeyOf(signingKey.privateKey) }];
    const anchor = { wallMs: dayStartMs, marketMs: dayStartMs, speed: 1 };
    const dispatcher = new Dispatcher({
      clock: this.clock,
      marketClock: new MarketClock(this.clock, anchor),
      config: this.config,
      journal: journalOn(this.store),
      isOnline: (siteId) => !this.away.has(siteId),
      send: ({ siteId }, envelope) => {
        if (this.away.has(siteId)) return false;
        const opened = openLease(envelope, trusted);
        if (!opened.ok) throw new Error(opened.error.code);
        const { lease } = opened.value;
        this.sent.push({ siteId, atMs: this.clock.monotonicMs(), lease });
        if (this.mute.has(siteId)) return true;
        const states: LeaseAckState[] = this.refusing.has(siteId) ? ["received", "rejected"] : ["received", "applied"];
        for (const state of states) {
          const ack = { leaseId: lease.id, sequence: lease.sequence, state, atMs: this.clock.nowMs() };
          this.clock.after(seconds(0.05), () => dispatcher.acked(siteId, ack));
        }
        return true;
      },
      onEvent: (event) => this.events.push(event),
    });
    return dispatcher;
  }

  award(targetMW: number, startMs = dayStartMs): void {
    const award: Award = {
      marketId: "nem",
      unitId: "PNSTK2",
      interval: { startMs, endMs: UtcMs(startMs + fiveMinutes) },
      targetW: MW(targetMW),
      pricePerMWh: 100,
      rampLimited: false,
    };
    const sites = ["feeder", "street"];
    this.dispatcher.dispatch(award, {
      offers: sites.map((siteId) => ({
        siteId,
        curve: priceQuantityCurve(0, [{ pricePerMWh: 50, powerW: MW(4) }]),
      })),
      reserves: sites.map((siteId) => ({ siteId, powerWMin: MW(-6), powerWMax: MW(6) })),
    });
  }

  /** What the newest lease of each site asks, MW. */
  asked(): Record<string, number> {
    return Object.fromEntries(this.sent.map(({ siteId, lease }) => [siteId, lease.powerW / 1e6]));
  }
}

test("an award becomes signed leases that together ask for just that", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(2));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
  const lease = fleet.sent[0]?.lease;
  expect(lease).toMatchObject({
    audience: "group/feeder",
    kind: "setpoint",
    ttlMs: 120_000,
    onExpire: { action: "ramp-to-zero" },
    reason: "NEM energy PNSTK2 2023-01-31T18:00:00Z target",
  });
  expect(fleet.dispatcher.ledger.counts()).toMatchObject({ issued: 2, applied: 2, refused: 0 });
});

test("leases are renewed at a third of their life while the interval lasts, and not beyond", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(minutes(20));
  const feeder = fleet.sent.filter(({ siteId }) => siteId === "feeder");
  expect(feeder.map(({ atMs }) => atMs / 1000)).toEqual([0, 40, 80, 120, 160, 200, 240, 280]);
  expect(feeder.every(({ lease }) => lease.powerW === 4e6)).toBe(true);
});

test("every lease has a number of its own, also after the aggregator was killed", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(90));
  fleet.dispatcher.stop();
  fleet.dispatcher = fleet.start();
  fleet.award(8);
  fleet.clock.advance(seconds(90));
  const numbers = fleet.sent.map(({ lease }) => lease.sequence);
  expect(numbers).toEqual(numbers.map((_, index) => index + 1));
  expect(new Set(fleet.sent.map(({ lease }) => lease.epoch)).size).toBe(1);
});

test("an aggregator whose store was lost begins an epoch later than the one before", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(2));
  const other = new Fleet();
  other.clock.advance(minutes(1));
  other.dispatcher = other.start();
  other.award(8);
  other.clock.advance(seconds(2));
  expect(other.sent[0]?.lease.epoch).toBeGreaterThan(fleet.sent[0]?.lease.epoch ?? 0);
});

test.each([
  // how the street is lost                         then the feeder carries, and why
  ["is away from the beginning", (fleet: Fleet) => fleet.away.add("street"), undefined],
  ["does not answer", (fleet: Fleet) => fleet.mute.add("street"), "silent"],
  ["refuses", (fleet: Fleet) => fleet.refusing.add("street"), "refused"],
] as const)("when the street %s the feeder takes over what it can of its share", (_, lose, why) => {
  const fleet = new Fleet();
  lose(fleet);
  fleet.award(8);
  fleet.clock.advance(seconds(10));
  expect(fleet.asked()["feeder"]).toBe(6); // 4 of its own and 2 in reserve.
  const lost = fleet.events.flatMap((event) => (event.type === "site-lost" ? [event.why] : []));
  expect(lost).toEqual(why === undefined ? [] : [why]);
});

test("a site that goes offline in mid-interval loses its share within the second, and gets it back when it returns", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(60));
  fleet.away.add("street");
  fleet.dispatcher.siteOffline("street");
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()["feeder"]).toBe(6);
  fleet.away.delete("street");
  fleet.dispatcher.siteOnline("street");
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test("a late answer of a silent site brings it back; a refusal stands until the next interval", () => {
  const fleet = new Fleet();
  fleet.mute.add("street");
  fleet.award(8);
  fleet.clock.advance(seconds(10));
  const held = fleet.sent.find(({ siteId }) => siteId === "street");
  fleet.mute.clear();
  fleet.dispatcher.acked("street", {
    leaseId: held?.lease.id ?? "",
    sequence: held?.lease.sequence ?? 0,
    state: "received",
    atMs: fleet.clock.nowMs(),
  });
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });

  fleet.refusing.add("street");
  fleet.clock.advance(seconds(60));
  expect(fleet.asked()["feeder"]).toBe(6);
  fleet.refusing.clear();
  fleet.dispatcher.siteOnline("street");
  fleet.clock.advance(seconds(10));
  expect(fleet.asked()["feeder"]).toBe(6);
  fleet.clock.advance(fiveMinutes);
  fleet.award(8, UtcMs(dayStartMs + fiveMinutes));
  fleet.clock.advance(seconds(2));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test("the fleet never jumps: twenty megawatts a second at most, and each lease says so itself", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(2));
  expect(fleet.sent.map(({ atMs }) => atMs)).toEqual([0, 200]);
  expect(fleet.sent.every(({ lease }) => lease.rampWPerS === 20e6)).toBe(true);
});

test("an award of an interval that is over moves nothing", () => {
  const fleet = new Fleet();
  fleet.award(8, UtcMs(dayStartMs - fiveMinutes));
  fleet.clock.advance(seconds(30));
  expect(fleet.sent).toEqual([]);
});

test("an acknowledgement by another site, or of a lease never issued, counts for nothing", () => {
  const fleet = new Fleet();
  fleet.mute.add("feeder");
  fleet.award(4);
  fleet.clock.advance(seconds(1));
  const lease = fleet.sent.find(({ siteId }) => siteId === "feeder")?.lease;
  const ack = { sequence: 1, state: "applied" as const, atMs: fleet.clock.nowMs(), powerW: 0 as W };
  const before = fleet.dispatcher.ledger.counts().applied;
  fleet.dispatcher.acked("street", { ...ack, leaseId: lease?.id ?? "" });
  fleet.dispatcher.acked("feeder", { ...ack, leaseId: "desk-1-999" });
  expect(fleet.dispatcher.ledger.counts().applied).toBe(before);
});
