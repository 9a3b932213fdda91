import { expect, test } from "vitest";
import { applyDelta, type FleetDelta, type FleetSnapshot, marketTopic, siteTopic } from "./index.ts";

const snapshot = {
  version: 1,
  sequence: 7,
  atMs: 1000,
  summary: { sitesOnline: 2 },
  sites: [
    { siteId: "park", soc: 0.5 },
    { siteId: "street", soc: 0.9 },
  ],
  markets: [{ marketId: "nem-energy", pricePerMWh: 80 }],
  alarms: [{ id: "a" }],
} as unknown as FleetSnapshot;

const delta = (fields: object) =>
  ({
    version: 1,
    sequence: 8,
    atMs: 2000,
    summary: { sitesOnline: 1 },
    sites: [],
    markets: [],
    ...fields,
  }) as unknown as FleetDelta;

test("a delta replaces the documents it names and leaves the others", () => {
  const next = applyDelta(
    snapshot,
    delta({
      sites: [
        { siteId: "street", soc: 0.8 },
        { siteId: "feeder", soc: 0.1 },
      ],
    }),
  );
  expect(next?.sites).toEqual([
    { siteId: "park", soc: 0.5 },
    { siteId: "street", soc: 0.8 },
    { siteId: "feeder", soc: 0.1 },
  ]);
  expect(next?.markets).toBe(snapshot.markets);
  expect(next?.alarms).toEqual([{ id: "a" }]);
  expect(next).toMatchObject({ sequence: 8, atMs: 2000, summary: { sitesOnline: 1 } });
});

test("the alarm list comes whole, so an empty one clears it", () => {
  expect(applyDelta(snapshot, delta({ alarms: [] }))?.alarms).toEqual([]);
});

test.each([7, 9, 0])("delta %d after snapshot 7 asks for a new snapshot", (sequence) => {
  expect(applyDelta(snapshot, delta({ sequence }))).toBeUndefined();
});

test("an id is one topic level whatever is in it", () => {
  expect(siteTopic("park")).toBe("penstock/fleet/sites/park");
  expect(siteTopic("a/+#%b")).toBe("penstock/fleet/sites/a%2F%2B%23%25b");
  expect(marketTopic("nem-energy")).toBe("penstock/fleet/market/nem-energy");
});
