import {
  AttributeIds,
  type ClientSession,
  ClientSubscription,
  callConditionRefresh,
  constructEventFilter,
  type DataValue,
  NodeId,
  ObjectIds,
  TimestampsToReturn,
  type Variant,
} from "node-opcua";
import { afterAll, beforeAll, expect, test } from "vitest";
import { until, user } from "./opc-ua-client.ts";
import { ALARM } from "./served-bench.ts";
import { ServedSite } from "./served-site.ts";

/** The site's alarms as a SCADA that subscribes to events sees them: each change once, all again after a refresh, and acknowledged. */
let site: ServedSite;
beforeAll(async () => {
  site = await ServedSite.open({ opcUa: () => ({ grantAcknowledge: true }) });
}, 90_000);
afterAll(() => site.close(), 60_000);

test("an alarm is a condition on what it is about, and each change of it an event", async () => {
  await watching("scada", async ({ last }) => {
    const text = "unit-2 does not answer";
    become({ ...ALARM, id: "device.lost/unit-2", device: "unit-2", text });
    await seenThat(() => last("device.lost/unit-2")?.isActive === true);
    expect(last("device.lost/unit-2")).toMatchObject({ source: "unit-2", text, severity: 750, isAcked: false });
    expect(last("device.lost/unit-2")).toMatchObject({ isRetained: true });
    become({ ...ALARM, id: "device.lost/unit-2", device: "unit-2", text, isActive: false });
    await seenThat(() => last("device.lost/unit-2")?.isActive === false);
    expect(last("device.lost/unit-2")).toMatchObject({ isAcked: false, isRetained: true });
    become();
    await seenThat(() => last("device.lost/unit-2")?.isRetained === false);
    become({ ...ALARM, id: "stop", device: null, priority: "critical" });
    await seenThat(() => last("stop") !== undefined);
    expect(last("stop")).toMatchObject({ source: "Site", severity: 1_000 });
  });
}, 60_000);

test("who comes back after the connection was lost asks for a refresh, and sees all there is and nothing that is over", async () => {
  become({ ...ALARM, id: "stop", device: null }, { ...ALARM, id: "device.lost/unit-1", device: "unit-1" });
  await watching(
    "scada",
    async ({ last }) => {
      await seenThat(() => last("device.lost/unit-1")?.isActive === true || last("stop") !== undefined);
    },
    true,
  );
  await watching(
    "scada",
    async ({ seen, last }) => {
      await seenThat(() => last("device.lost/unit-1") !== undefined && last("stop") !== undefined);
      expect(seen.map(({ name }) => name)).not.toContain("device.lost/unit-2");
    },
    true,
  );
}, 60_000);

test("the operator acknowledges, by its name; a viewer may not, and nobody hides an alarm", async () => {
  become({ ...ALARM, id: "device.lost/unit-1", device: "unit-1" });
  await watching(
    "scada",
    async ({ session, last }) => {
      await seenThat(() => last("device.lost/unit-1") !== undefined);
      expect(await acknowledge(session, last("device.lost/unit-1"))).toBe("BadUserAccessDenied");
    },
    true,
  );
  await seenThat(() => site.bench.refusals.some(({ from }) => from === "scada"));
  await watching(
    "tso",
    async ({ session, last }) => {
      await seenThat(() => last("device.lost/unit-1") !== undefined);
      const alarm = last("device.lost/unit-1");
      expect(await acknowledge(session, { ...alarm, eventId: Buffer.from("another") } as Seen)).toBe(
        "BadEventIdUnknown",
      );
      expect(await disable(session, alarm)).toBe("BadUserAccessDenied");
      expect(await acknowledge(session, alarm)).toBe("Good");
      await seenThat(() => last("device.lost/unit-1")?.isAcked === true);
      expect(last("device.lost/unit-1")).toMatchObject({ isActive: true, isRetained: true });
      expect(site.bench.alarms[0]?.ackedBy).toBe("scada tso");
      expect(await acknowledge(session, last("device.lost/unit-1"))).toBe("BadConditionBranchAlreadyAcked");
    },
    true,
  );
}, 60_000);

/** The site speaks on: a picture that found the server busy is sent with the next. */
const seenThat = (isSo: () => boolean) => until(isSo, () => site.bench.run(200));

function become(...alarms: (typeof ALARM)[]): void {
  site.bench.alarms = alarms;
  site.bench.run(200);
}

interface Seen {
  readonly name: string;
  readonly conditionId: NodeId;
  readonly eventId: Buffer;
  readonly source: string;
  readonly text: string;
  readonly severity: number;
  readonly isActive: boolean;
  readonly isAcked: boolean;
  readonly isRetained: boolean;
}

interface Watch {
  readonly session: ClientSession;
  readonly seen: readonly Seen[];
  last(name: string): Seen | undefined;
}

/** A session that is subscribed to the server's events, and asks to be told all that is so where `isRefreshed`. */
function watching(name: string, work: (watch: Watch) => Promise<void>, isRefreshed = false): Promise<void> {
  return site.as(user(name), async (session) => {
    const seen: Seen[] = [];
    const subscription = ClientSubscription.create(session, {
      requestedPublishingInterval: 100,
      requestedLifetimeCount: 100,
      requestedMaxKeepAliveCount: 10,
      publishingEnabled: true,
    });
    const item = await subscription.monitor(
      { nodeId: ObjectIds.Server, attributeId: AttributeIds.EventNotifier },
      { samplingInterval: 0, queueSize: 1_000, discardOldest: true, filter: FILTER },
      TimestampsToReturn.Both,
    );
    item.on("changed", (fields: Variant[] | DataValue) => {
      const heard = seenIn(fields as Variant[]);
      if (heard !== undefined) seen.push(heard);
    });
    if (isRefreshed) {
      const refreshed = await callConditionRefresh(session, subscription.subscriptionId);
      expect(refreshed.name).toBe("Good");
    }
    await work({ session, seen, last: (alarm) => seen.findLast((one) => one.name === alarm) });
    await subscription.terminate();
  });
}

const FILTER = constructEventFilter([
  "ConditionName",
  "ConditionId",
  "EventId",
  "SourceName",
  "Message",
  "Severity",
  "ActiveState.Id",
  "AckedState.Id",
  "Retain",
]);

/** Undefined for what is no condition, as the begin and the end of a refresh. */
function seenIn(fields: readonly Variant[]): Seen | undefined {
  const [name, conditionId, eventId, source, text, severity, isActive, isAcked, isRetained] = fields.map(
    ({ value }) => value,
  );
  if (typeof name !== "string" || name === "") return undefined;
  // The library puts the namespace's index before a source's name.
  return {
    name,
    conditionId,
    eventId,
    source: source.replace(/^\d+:/, ""),
    text: text?.text,
    severity,
    isActive,
    isAcked,
    isRetained,
  };
}

async function acknowledge(session: ClientSession, alarm: Seen | undefined): Promise<string> {
  if (alarm === undefined) throw new Error("there is no such alarm");
  return (await session.acknowledgeCondition(alarm.conditionId, alarm.eventId, "seen")).name;
}

async function disable(session: ClientSession, alarm: Seen | undefined): Promise<string> {
  const { statusCode } = await session.call({
    objectId: alarm?.conditionId ?? new NodeId(),
    methodId: "ns=0;i=9028", // ConditionType.Disable
    inputArguments: [],
  });
  return statusCode.name;
}
