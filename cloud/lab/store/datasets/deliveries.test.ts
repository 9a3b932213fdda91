import { UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { deliveries } from "./deliveries.ts";

test("that a site has read back what it wrote is a row of its own, at the site's own time", () => {
  const [atMs, heardAtMs] = [UtcMs(Date.UTC(2026, 5, 10, 12)), UtcMs(Date.UTC(2026, 5, 10, 12, 0, 1))];
  const body = { leaseId: "desk-1-7", state: "read-back", atMs, heardAtMs, powerW: 1e5, because: [] };
  const about = { siteId: "feeder", unitId: "PNSTK2", knownAtMs: heardAtMs, intervalStartMs: atMs };
  const rows = deliveries.rowsOf({ kind: "delivery", id: "desk-1-7.read-back", ...about, body });
  expect(rows).toMatchObject([
    { lease_id: "desk-1-7", state: "read-back", happened_utc: atMs, power_w: 1e5, refused_because: null },
  ]);
});
