import { MW, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { Stand } from "../faults/stand.ts";

/** When the site says each step of a lease happened. */
function timesOf(stand: Stand, leaseId: string): Readonly<Record<string, number>> {
  const span = { startMs: UtcMs(0), endMs: UtcMs(Number.MAX_SAFE_INTEGER) };
  return Object.fromEntries(
    stand.world.cloud.store
      .records(stand.site.name, "events", span, 100_000)
      .flatMap(({ values }) => values)
      .flatMap(([name, value]) => (name === "Dispatch/Ack" && typeof value === "string" ? [JSON.parse(value)] : []))
      .filter((ack) => ack.leaseId === leaseId)
      .map(({ state, atMs }) => [state, atMs]),
  );
}

test("a lease is received, then written, then read back, then measured", () => {
  const stand = new Stand();
  const { id } = stand.grant({ powerW: MW(2) });
  stand.reach(MW(2));
  stand.pass(5);
  const { received, applied, "read-back": readBack, measured } = timesOf(stand, id);
  const inOrder = [received, applied, readBack, measured];
  expect(inOrder.every((atMs) => Number.isFinite(atMs))).toBe(true);
  expect(inOrder).toEqual(inOrder.toSorted((a = 0, b = 0) => a - b));
});

test("a unit whose write is accepted and not applied gives no time of reading back", () => {
  const stand = new Stand();
  stand.fault("unit-1", { kind: "forgetting" });
  const { id } = stand.grant({ powerW: MW(2) });
  stand.pass(10);
  const times = timesOf(stand, id);
  expect(times["applied"]).toBeDefined();
  expect(times).not.toHaveProperty("read-back");
});
