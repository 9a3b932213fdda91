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
    [siteEntry("feeder"), { ...siteEntry("street"), armsServices: true }],
    [unitEntry("PNSTK2", ["feeder", "street"])],
  );
  readonly sent: { readonly siteId: string; readonly atMs: number; readonly lease: Lease }[] = [];
  readonly events: DispatchEvent[] = [];
  readonly away = new Set<string>();
  readonly mute = new Set<string>();
  readonly refusing = new Set<string>();
  /** What a site's own limits leave it, MW either way. */
  readonly limitMW: Record<string, number> = {};
  readonly soc: Record<string, number> = {};
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
      readings: (siteId) => ({ online: true, soc: this.soc[siteId] ?? 0.5 }),
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
        const limitW = (this.limitMW[siteId] ?? 1e3) * 1e6;
        const possibleW = Math.max(-limitW, Math.min(limitW, lease.powerW)) as W;
        const about = { leaseId: lease.id, sequence: lease.sequence, powerW: possibleW };
        if (possibleW !== lease.powerW) {
          this.clock.after(seconds(0.06), () =>
            dispatcher.acked(siteId, { ...about, state: "clamped", atMs: this.clock.nowMs() }),
          );
        }
        this.clock.after(seconds(2.1), () =>
          dispatcher.acked(siteId, { ...about, state: "measured", atMs: this.clock.nowMs() }),
        );
        return true;
      },
      onEvent: (event) => this.events.push(event),
    });
    return dispatcher;
  }

  award(targetMW: number, startMs = dayStartMs, isPersons = false): void {
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
      isPersons,
      ready: {
        awards: [{ service: "fcasFastRaise", product: "RAISE6SEC", direction: "up", enabledW: MW(6) }],
        sites: sites.map((siteId) => ({
          siteId,
          ...{ powerWMin: MW(-6), powerWMax: MW(6), upWMax: MW(10), downWMin: MW(-10) },
        })),
      },
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

test("of a site that its limits clamp the other takes over what is missing, within a second", () => {
  const fleet = new Fleet();
  fleet.limitMW["street"] = 3;
  fleet.award(8);
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual({ feeder: 5, street: 3 });
  fleet.clock.advance(seconds(28));
  expect(fleet.asked()).toEqual({ feeder: 5, street: 3 });
});

test("a clamped site is asked for all of its share at each renewal, and gets it back when it can", () => {
  const fleet = new Fleet();
  fleet.limitMW["street"] = 3;
  fleet.award(8);
  fleet.clock.advance(seconds(60));
  const probes = fleet.sent.filter(({ siteId, lease }) => siteId === "street" && lease.powerW === 4e6);
  expect(probes.length).toBe(2 + 5); // Asked, asked again, and every ten seconds.
  expect(fleet.asked()).toEqual({ feeder: 5, street: 3 });
  delete fleet.limitMW["street"];
  fleet.clock.advance(seconds(45));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test("a clamp that was over a moment later moves nobody", () => {
  const fleet = new Fleet();
  fleet.limitMW["street"] = 0;
  fleet.award(8);
  fleet.clock.advance(seconds(0.4));
  delete fleet.limitMW["street"];
  fleet.clock.advance(seconds(30));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
  expect(fleet.sent.every(({ lease }) => lease.powerW === 4e6)).toBe(true);
});

test("a limit that slides is not chased more than once a second", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(1));
  const before = fleet.sent.length;
  for (let cycle = 0; cycle < 100; cycle++) {
    const lease = fleet.sent.findLast(({ siteId }) => siteId === "street")?.lease;
    const powerW = ((lease?.powerW ?? 0) * 0.98) as W;
    const ack = { leaseId: lease?.id ?? "", sequence: 1, state: "clamped" as const, powerW, atMs: fleet.clock.nowMs() };
    fleet.dispatcher.acked("street", ack);
    fleet.clock.advance(seconds(0.1));
  }
  expect(fleet.sent.length - before).toBeLessThanOrEqual(3 * 11); // Asked again, cut, and the other raised.
});

const agc = (powerMW: number, sequence: number, sentAtMs: number = dayStartMs) => ({
  kind: "agc" as const,
  unitId: "PNSTK2",
  powerW: MW(powerMW),
  sequence,
  sentAtMs: UtcMs(sentAtMs),
});

test("a signal moves the unit at once, by the energy its sites hold; when it stops the award stands again", () => {
  const fleet = new Fleet();
  fleet.soc["feeder"] = 0.65;
  fleet.soc["street"] = 0.35;
  fleet.award(8);
  fleet.clock.advance(seconds(1));
  expect(fleet.dispatcher.wished(agc(3, 1))).toMatchObject({ ok: true });
  fleet.clock.advance(seconds(0.5));
  expect(fleet.asked()).toEqual({ feeder: 2, street: 1 });
  expect(fleet.sent.at(-1)?.lease.reason).toContain("NEM AGC PNSTK2");
  fleet.clock.advance(seconds(11));
  expect(fleet.asked()).toEqual({ feeder: 2, street: 1 });
  fleet.clock.advance(seconds(2));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test.each([
  ["older than the one at hand", agc(5, 1), "dispatch.stale-signal"],
  ["that lay about", agc(5, 3, dayStartMs - 60_000), "dispatch.old-signal"],
  ["of another's unit", { ...agc(5, 3), unitId: "OTHER" }, "dispatch.unknown-unit"],
])("a signal %s moves nothing", (_, signal, code) => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.dispatcher.wished(agc(3, 2));
  fleet.clock.advance(seconds(1));
  const before = fleet.asked();
  expect(fleet.dispatcher.wished(signal)).toMatchObject({ ok: false, error: { code } });
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual(before);
});

test("an instruction bounds award and signal until it is over or taken back", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(1));
  const instruction = {
    kind: "instruction" as const,
    id: "I-1",
    unitId: "PNSTK2",
    powerWMin: MW(-2),
    powerWMax: MW(2),
    untilMs: UtcMs(dayStartMs + 60_000),
  };
  fleet.dispatcher.wished(instruction);
  fleet.dispatcher.wished(agc(-9, 1));
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual({ feeder: -1, street: -1 });
  fleet.clock.advance(seconds(20));
  expect(fleet.asked()).toEqual({ feeder: 1, street: 1 }); // The signal is over, the instruction is not.
  fleet.dispatcher.wished({ ...instruction, untilMs: UtcMs(dayStartMs) });
  fleet.clock.advance(seconds(1));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test.each([
  // once the algorithm is stopped        leases that follow, MW
  ["run-out", []],
  ["to-zero", [0, 0]],
] as const)("with %s the algorithm's leases are not renewed; what follows is %j", (how, followed) => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(10));
  const before = fleet.sent.length;
  fleet.dispatcher.restAlgorithm(how);
  fleet.clock.advance(seconds(20));
  expect(fleet.sent.slice(before).map(({ lease }) => lease.powerW)).toEqual([...followed]);
  fleet.clock.advance(minutes(4));
  expect(fleet.sent.slice(before).every(({ lease }) => lease.powerW === 0)).toBe(true);
});

test("what a person won is still delivered after the algorithm is stopped", () => {
  const fleet = new Fleet();
  fleet.award(8, dayStartMs, true);
  fleet.clock.advance(seconds(10));
  fleet.dispatcher.restAlgorithm("to-zero");
  fleet.clock.advance(seconds(60));
  expect(fleet.asked()).toEqual({ feeder: 4, street: 4 });
});

test("a site that arms services by lease is told what to keep ready beside its share, any other is not", () => {
  const fleet = new Fleet();
  fleet.award(8);
  fleet.clock.advance(seconds(2));
  const readyOf = (siteId: string) => fleet.sent.findLast((each) => each.siteId === siteId)?.lease.reserves;
  expect(readyOf("street")).toEqual([{ service: "fcasFastRaise", powerW: MW(3) }]);
  expect(readyOf("feeder")).toBeUndefined();
  // With the other away all of it falls to the one that is left, which has room for it.
  fleet.dispatcher.siteOffline("feeder");
  fleet.clock.advance(minutes(1));
  expect(readyOf("street")).toEqual([{ service: "fcasFastRaise", powerW: MW(6) }]);
});
