import { fail, ok } from "@penstock/protocol/result";
import { minutes, seconds, UtcMs, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { priceQuantityCurve, type Strategy } from "../strategies/index.ts";
import type { LoggedAct } from "./act-log.ts";
import type { MarketOperator } from "./market-operator.ts";
import {
  approver,
  DeskWorld,
  type DeskWorldOptions,
  dayStartMs,
  fiveMinutes,
  siteEntry,
  trader,
  unitEntry,
} from "./testing/desk-world.ts";

const first = { startMs: dayStartMs, endMs: UtcMs(dayStartMs + fiveMinutes) };
const second = { startMs: first.endMs, endMs: UtcMs(first.endMs + fiveMinutes) };
const sell = (fromPrice: number, powerW: number) =>
  priceQuantityCurve(0, [{ pricePerMWh: fromPrice, powerW: W(powerW) }]);
/** Every price of the day's bands lies beyond it, so that any bid with volume needs two people. */
const narrow = { pricePerMWhMin: 0.001, pricePerMWhMax: 0.002, offeredMWMax: 1 };
/** Any price, and no more than 5 MW. */
const small = { pricePerMWhMin: -1e6, pricePerMWhMax: 1e6, offeredMWMax: 5 };

/** Two minutes into the interval before the first: bids that need people wait, five minutes from their interval. */
function waiting(options: DeskWorldOptions = {}) {
  const world = new DeskWorld({ units: [unitEntry("PNSTK1", ["park"], "approve")], ...options });
  world.desk.start();
  world.clock.advance(minutes(2));
  return { world, bidId: world.desk.document().approvals[0]?.bidId ?? "", commands: () => world.desk.commands };
}

const acts = (world: DeskWorld): readonly LoggedAct[] =>
  world.store
    .entries("desk-act", { startMs: UtcMs(0), endMs: UtcMs(dayStartMs * 2) })
    .map(({ body }) => body as LoggedAct)
    .filter(({ act }) => act !== "attest");

test("a gate set at run time holds from the next bid on, is written down with who and why, and outlives a restart", () => {
  const world = new DeskWorld();
  world.desk.start();
  expect(world.desk.commands.setGate("PNSTK1", "energy", "off", trader, "storm warning").ok).toBe(true);
  world.clock.advance(minutes(6));
  expect(world.desk.records(dayStartMs).map(({ state, gate }) => [state, gate])).toEqual([["withheld", "off"]]);
  expect(acts(world)).toMatchObject([
    { act: "gate", subject: "PNSTK1", before: "auto", after: "off", by: "trader-1", why: "storm warning" },
  ]);
  world.desk.stop();
  world.desk = world.newDesk();
  world.desk.start();
  expect(world.desk.document().gates[0]).toMatchObject({ subject: "PNSTK1", gate: "off", set: { by: "trader-1" } });
  expect(world.desk.commands.setGate("PNSTK1", "energy", "auto", trader, "storm passed").ok).toBe(true);
  world.clock.advance(minutes(5));
  expect(world.desk.records(UtcMs(world.clock.nowMs())).map(({ state }) => state)).toContain("cleared");
});

test.each([
  // person                                            subject     gate     why   refused as
  [{ name: "guest-1", role: "viewer" } as const, "PNSTK1", "off", "x", "desk.not-permitted"],
  [trader, "PNSTK1", "off", " ", "desk.no-reason"],
  [trader, "PNSTK9", "off", "x", "desk.unknown-subject"],
  [trader, "PNSTK1", "ajar", "x", "desk.not-a-gate"],
])("%j sets %s to %s because %j: %s", (person, subject, gate, why, code) => {
  const world = new DeskWorld();
  expect(world.desk.commands.setGate(subject, "energy", gate, person, why)).toMatchObject({ error: { code } });
  expect(acts(world)).toEqual([]);
});

test("a gate that cannot be read back is manual: nothing of the algorithm's leaves", () => {
  const world = new DeskWorld();
  world.store.putFact("desk.gate.PNSTK1.energy", { gate: "wide open" });
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(world.desk.records(dayStartMs).map(({ state, gate }) => [state, gate])).toEqual([["withheld", "manual"]]);
});

test("a site's gate takes it out of its unit's bid; what it would have bid is kept beside it", () => {
  const world = new DeskWorld({
    sites: [siteEntry("feeder"), siteEntry("street")],
    units: [unitEntry("PNSTK2", ["feeder", "street"])],
  });
  world.desk.start();
  world.desk.commands.setGate("street", "energy", "off", trader, "street party");
  world.clock.advance(minutes(6));
  const [record] = world.desk.records(dayStartMs);
  expect(record?.state).toBe("cleared");
  expect(record?.offers.map(({ siteId }) => siteId)).toEqual(["feeder"]);
  expect(record?.heldBack.map(({ siteId, gate }) => [siteId, gate])).toEqual([["street", "off"]]);
  expect(record?.certificate.offeredWMax).toBeLessThanOrEqual(10e6);
});

test("what waits is shown against what it replaces, with megawatts and money, until it expires", () => {
  const { world, bidId, commands } = waiting();
  const before = world.desk.document().approvals[0];
  expect(before).toMatchObject({ unitId: "PNSTK1", author: "algorithm", against: null, signaturesNeeded: 1 });
  expect(commands().approve(bidId, trader).ok).toBe(true);
  world.clock.advance(minutes(5));
  const next = world.desk.document().approvals[0];
  expect(next?.against).toEqual({ bidId, is: "last-accepted" });
  expect(next?.effect?.currency).toBe("AUD");
  const { beforeMW, afterMW, pricePerMWh, moneyChange } = next?.effect?.expected ?? {
    beforeMW: 0,
    afterMW: 0,
    pricePerMWh: 0,
    moneyChange: 1,
  };
  expect(moneyChange).toBeCloseTo(((afterMW - beforeMW) * pricePerMWh * 0.98) / 12, 6);
  world.clock.advance(minutes(3));
  expect(world.desk.document().approvals.map((each) => each.bidId)).not.toContain(next?.bidId);
  expect(world.desk.records(second.startMs)[0]?.state).toBe("lapsed");
  expect(world.alarms.map(({ code }) => code)).toContain("desk.approval-expired");
});

test("a rejected bid stays in the house, with the reason", () => {
  const { world, bidId, commands } = waiting();
  expect(commands().reject(bidId, trader, "outage")).toMatchObject({
    value: { state: "refused", refusals: [{ rule: "desk.rejected", message: "trader-1: outage" }] },
  });
  expect(commands().approve(bidId, trader)).toMatchObject({ error: { code: "desk.not-waiting" } });
  world.clock.advance(minutes(4));
  expect(world.results[0]?.standing.size).toBe(0);
});

test.each([
  // what changed while it waited                     readings                              the rule that keeps it in
  ["the site went silent", { online: false }, "desk.site-offline"],
  ["it was emptied", { soc: 0.05 }, "certificate.discharge"],
  ["a unit tripped", { powerWMaxDischarge: W(0), powerWMaxCharge: W(0) }, "certificate.discharge"],
  ["its grid settings changed", { capabilityHash: "settings-2" }, "desk.capability-changed"],
])("approved, but %s: it is not sent, and says why", (_, reading, rule) => {
  const { world, bidId, commands } = waiting({ strategy: sells(10e6) });
  world.readings.set("park", reading);
  expect(commands().approve(bidId, trader)).toMatchObject({ ok: true, value: { state: "refused" } });
  const rules = world.desk
    .records(dayStartMs)
    .find((record) => record.bidId === bidId)
    ?.refusals.map((each) => each.rule);
  expect(rules).toContain(rule);
  expect(world.alarms.map(({ code }) => code)).toContain("desk.no-longer-fits");
  const sent = world.store.entries("submission", first).map(({ body }) => (body as { state: string }).state);
  expect(sent).not.toContain("submitted");
});

test("approved after a person's bid took the interval, the algorithm's is void", () => {
  const { world, bidId, commands } = waiting();
  const bid = {
    unitId: "PNSTK1",
    interval: first,
    curves: [{ siteId: "park", curve: sell(-900, 4e6) }],
    why: "a hunch",
  };
  expect(commands().bid(bid, trader)).toMatchObject({ value: { state: "accepted" } });
  expect(commands().approve(bidId, trader)).toMatchObject({ error: { code: "desk.not-waiting", state: "void" } });
  world.clock.advance(minutes(4));
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(4e6);
});

test("beyond the band it takes two people, and one of them an approver", () => {
  const { world, bidId, commands } = waiting({ desk: { band: narrow } });
  expect(world.desk.document().approvals[0]).toMatchObject({ signaturesNeeded: 2, signedBy: [] });
  expect(world.desk.document().approvals[0]?.beyondBand.length).toBeGreaterThan(0);
  expect(commands().approve(bidId, trader)).toMatchObject({ value: { state: "built" } });
  expect(commands().approve(bidId, trader)).toMatchObject({ error: { code: "desk.second-person" } });
  expect(commands().approve(bidId, { name: "trader-2", role: "trader" })).toMatchObject({ value: { state: "built" } });
  expect(commands().approve(bidId, approver)).toMatchObject({ value: { state: "accepted" } });
});

test("signatures outlive a restart", () => {
  const { world, bidId, commands } = waiting({ desk: { band: narrow } });
  commands().approve(bidId, trader);
  world.desk.stop();
  world.desk = world.newDesk();
  world.desk.start();
  expect(world.desk.document().approvals[0]?.signedBy).toEqual(["trader-1"]);
  expect(commands().approve(bidId, approver)).toMatchObject({ value: { state: "accepted" } });
});

test("the algorithm's own bid beyond the band waits too, whatever its gate", () => {
  const world = new DeskWorld({ desk: { band: narrow } });
  world.desk.start();
  world.clock.advance(minutes(4.1));
  expect(world.desk.document().approvals).toMatchObject([{ author: "algorithm", signaturesNeeded: 2 }]);
});

test("a person's bid beyond the band waits for another; signed late, it corrects the algorithm's that went out meanwhile", () => {
  const world = new DeskWorld({ desk: { band: small }, strategy: sells(1e6) });
  world.desk.start();
  world.clock.advance(minutes(2));
  const bid = {
    unitId: "PNSTK1",
    interval: first,
    curves: [{ siteId: "park", curve: sell(-900, 6e6) }],
    why: "spike ahead",
  };
  const held = world.desk.commands.bid(bid, trader);
  expect(held).toMatchObject({ value: { state: "built", signatures: [trader] } });
  world.clock.advance(minutes(2.5)); // The algorithm's own, within the band, is not held up by it.
  const bidId = held.ok ? held.value.bidId : "";
  expect(world.desk.records(dayStartMs).map(({ author, state }) => [author.type, state])).toEqual([
    ["person", "built"],
    ["algorithm", "accepted"],
  ]);
  const done = world.desk.commands.approve(bidId, approver);
  expect(done).toMatchObject({
    value: { state: "accepted", author: { type: "person", name: "trader-1" }, correctionOf: bidId },
  });
  world.clock.advance(minutes(2));
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(6e6);
});

/** Takes whatever comes and counts what came last, as some operators do; the first file is slow. */
function slowOperator(slowMs: number): (world: DeskWorld) => MarketOperator & { files: string[] } {
  return (world) => {
    const files: string[] = [];
    return {
      files,
      submit: (file, done) => {
        const take = () => {
          files.push(file);
          done(ok({ receivedAtMs: world.clock.nowMs(), bids: 1 }));
        };
        if (files.length === 0 && slowMs > 0) {
          slowMs = 0;
          world.clock.after(seconds(10), take);
        } else take();
      },
      results: (_, done) => done(fail({ code: "operator.not-cleared" })),
    };
  };
}

test("the race is lost: the algorithm's bid lands after the person's, and the person's is sent again", () => {
  const world = new DeskWorld({ operator: slowOperator(10_000) });
  world.desk.start();
  world.clock.advance(minutes(4.05)); // The algorithm's bid is on its slow way.
  const bid = {
    unitId: "PNSTK1",
    interval: first,
    curves: [{ siteId: "park", curve: sell(-900, 4e6) }],
    why: "a hunch",
  };
  expect(world.desk.commands.bid(bid, trader)).toMatchObject({ value: { state: "accepted" } });
  world.clock.advance(seconds(12));
  const records = world.desk.records(dayStartMs);
  expect(records.map(({ author, state, correctionOf }) => [author.type, state, correctionOf !== undefined])).toEqual([
    ["algorithm", "accepted", false],
    ["person", "accepted", false],
    ["person", "accepted", true],
  ]);
  expect((world.operator as ReturnType<ReturnType<typeof slowOperator>>).files).toHaveLength(3);
});

test("the kill switch voids what waits, withdraws what stands, stops the algorithm over restarts, and leaves people to bid", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(4.1));
  expect(world.desk.records(dayStartMs)[0]?.state).toBe("accepted");
  expect(world.desk.commands.kill(trader, "prices look wrong").ok).toBe(true);
  expect(world.desk.records(dayStartMs).map(({ author, kind, state }) => [author.type, kind, state])).toEqual([
    ["algorithm", expect.any(String), "accepted"],
    ["person", "withdrawal", "accepted"],
  ]);
  expect(world.events.filter(({ type }) => type === "killed")).toHaveLength(1);
  world.desk.stop();
  world.desk = world.newDesk();
  world.desk.start();
  expect(world.desk.killed()).toMatchObject({ by: "trader-1", why: "prices look wrong" });
  world.clock.advance(minutes(5));
  expect(world.results[0]?.results.awards[0]?.targetW).toBe(0);
  expect(world.desk.records(second.startMs).map(({ state }) => state)).toEqual(["withheld"]);
  const bid = {
    unitId: "PNSTK1",
    interval: "next" as const,
    curves: [{ siteId: "park", curve: sell(-900, 4e6) }],
    why: "by hand",
  };
  expect(world.desk.commands.bid(bid, trader)).toMatchObject({ value: { state: "accepted" } });
});

test.each([
  // who clears                                  refused as
  [trader, "desk.not-permitted"],
  [{ name: "trader-1", role: "approver" } as const, "desk.second-person"],
  [approver, undefined],
])("the switch trader-1 pulled, cleared by %j: %s", (person, code) => {
  const world = new DeskWorld();
  world.desk.start();
  world.desk.commands.kill(trader);
  const answer = world.desk.commands.clearKill(person, "checked");
  expect(answer.ok ? undefined : answer.error.code).toBe(code);
  expect(world.desk.killed() === null).toBe(code === undefined);
});

test("a latch that cannot be read is a latch that is set", () => {
  const world = new DeskWorld();
  world.store.putFact("desk.kill", { nonsense: true });
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(world.desk.records(dayStartMs).map(({ state }) => state)).toEqual(["withheld"]);
});

test("a site whose settings change is out of every bid until an approver attests what was looked at", () => {
  const world = new DeskWorld();
  world.desk.start();
  world.clock.advance(minutes(6));
  expect(world.desk.document().capabilities).toMatchObject([{ siteId: "park", state: "attested" }]);
  world.readings.set("park", { capabilityHash: "settings-2" });
  world.clock.advance(minutes(5));
  expect(world.desk.records(second.startMs).at(-1)).toMatchObject({
    kind: "withdrawal",
    leftOut: [{ siteId: "park", code: "desk.capability-changed" }],
  });
  expect(world.alarms.map(({ code }) => code)).toContain("desk.capability-changed");
  const { commands } = world.desk;
  expect(commands.attest("park", "settings-1", approver, "x")).toMatchObject({
    error: { code: "desk.capability-moved" },
  });
  expect(commands.attest("park", "settings-2", trader, "x")).toMatchObject({ error: { code: "desk.not-permitted" } });
  expect(commands.attest("park", "settings-2", approver, "droop confirmed on site").ok).toBe(true);
  world.clock.advance(minutes(5));
  expect(
    world.desk
      .records(UtcMs(world.clock.nowMs()))
      .at(-1)
      ?.offers.map(({ siteId }) => siteId),
  ).toEqual(["park"]);
});

/** Sells so much from 50 up, whatever is stored. */
function sells(powerWMax: number): Strategy {
  return {
    name: "sells",
    decide: (view) =>
      ok(
        view.sites.map(({ siteId, powerWMaxDischarge }) => ({
          siteId,
          interval: view.interval,
          curve: sell(50, Math.min(powerWMax, powerWMaxDischarge)),
          because: "always",
        })),
      ),
    levels: () => ok({ sellPrices: [50, 60], buyPrices: [5, 10] }),
  };
}

test("a bid from before bids were reviewed waits for one person, as it did then", () => {
  const { world, bidId, commands } = waiting();
  world.desk.stop();
  for (const { body } of world.store.entries("bid", first)) {
    const record = body as Record<string, unknown>;
    for (const field of ["product", "heldBack", "standingBidId", "expectedPrice", "review", "signatures"]) {
      delete record[field];
    }
  }
  world.desk = world.newDesk();
  world.desk.start();
  expect(world.desk.document().approvals).toMatchObject([{ bidId, signaturesNeeded: 1, signedBy: [] }]);
  expect(commands().approve(bidId, trader)).toMatchObject({ ok: true, value: { state: "accepted" } });
});

test("when what was approved no longer fits, the algorithm makes another, and that one waits", () => {
  const { world, bidId, commands } = waiting({ strategy: sells(10e6) });
  world.readings.set("park", { powerWMaxDischarge: W(2e6) });
  expect(commands().approve(bidId, trader)).toMatchObject({ value: { state: "refused" } });
  const [fresh] = world.desk.document().approvals;
  expect(fresh?.bidId).not.toBe(bidId);
  expect(fresh?.diff.reduce((total, { afterMW }) => total + afterMW, 0)).toBe(2);
  expect(commands().approve(fresh?.bidId ?? "", trader)).toMatchObject({ value: { state: "accepted" } });
});
