import { ok } from "@penstock/protocol/result";
import type { SyncStatus } from "../../sync/sync.ts";
import type { CommissioningStep } from "../site-access.ts";

const code = "commissioning.alarm-test";
const cloudWithinMs = 30_000;

/** An alarm is raised, shown, journaled, committed by the cloud where there is one, acknowledged, and gone. */
export const alarmRoundTrip: CommissioningStep = {
  name: "alarm-round-trip",
  title: "alarm round trip: raised, shown, recorded, acknowledged, gone",
  movesPower: false,
  async run(site) {
    const wrong: string[] = [];
    const right: string[] = [];
    const startedMs = site.nowMs();
    const raised = await site.ask({ op: "alarm-test", by: site.by, reason: "commissioning" });
    if (!raised.ok) return raised;
    const shown = await site.ask({ op: "alarms" });
    if (!shown.ok) return shown;
    const isShown = (shown.value["returned"] as readonly { code: string }[]).some((alarm) => alarm.code === code);
    (isShown ? right : wrong).push(isShown ? "raised and in the list" : "raised, but not in the list");
    await site.waitMs(500); // The journal answers when it is on disk.
    const link = await site.ask({ op: "link" });
    if (!link.ok) return link;
    if (link.value["cloud"] === null) right.push("no cloud is configured: the way ends at the site");
    else {
      const committedAfterMs = await waitForCommit();
      if (committedAfterMs === undefined) wrong.push("the cloud has not committed it: sitectl link");
      else right.push(`committed by the cloud after ${(committedAfterMs / 1e3).toFixed(1)} s`);
    }
    const acked = await site.ask({ op: "alarm-ack", alarm: code, by: site.by, reason: "commissioning: round trip" });
    if (!acked.ok) return acked;
    const after = await site.ask({ op: "alarms" });
    if (!after.ok) return after;
    const isGone = !JSON.stringify(after.value).includes(code);
    (isGone ? right : wrong).push(isGone ? "acknowledged and gone" : "acknowledged, and still in the list");
    return ok({ wrong, right, measured: {} });

    async function waitForCommit(): Promise<number | undefined> {
      const store = await site.ask({ op: "store" });
      const last = store.ok ? (store.value["stored"] as { events: number }).events : Number.POSITIVE_INFINITY;
      while (site.nowMs() - startedMs < cloudWithinMs) {
        const now = await site.ask({ op: "link" });
        const sync = now.ok ? (now.value["link"] as SyncStatus | null) : null;
        if ((sync?.streams.events.acknowledged ?? 0) >= last) return site.nowMs() - startedMs;
        await site.waitMs(1_000);
      }
      return undefined;
    }
  },
};
