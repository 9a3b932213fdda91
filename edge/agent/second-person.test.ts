import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { SimClock } from "@penstock/protocol/time";
import { Ms, minutes, seconds } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { ConfigDesk } from "../config/config-desk.ts";
import { parseSiteConfig } from "../config/load-site-config.ts";
import { MemoryDisk } from "../store/memory-disk.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { UnixUser } from "./requests/caller.ts";
import type { Role } from "./requests/request.ts";
import { sampleSite, startMs } from "./testing/sample-agent.ts";

const ann: UnixUser = { uid: 1001, name: "ann", isPersonal: true };
const bob: UnixUser = { uid: 1002, name: "bob", isPersonal: true };
const root: UnixUser = { uid: 0, name: "root", isPersonal: false };

/** A site that wants two people; `as(ann)` asks in her name. */
function siteOfTwo(configDesk?: ConfigDesk) {
  const site = sampleSite({ access: { secondPersonWithinMs: minutes(10) }, ...(configDesk && { configDesk }) });
  const running = site.boot();
  site.clock.advance(seconds(5));
  const as =
    (user: UnixUser | undefined, role: Role = "admin") =>
    (op: string, fields: object = {}) =>
      running.ask({ op, by: user?.name ?? "somebody", reason: "works", ...fields }, role, user);
  const waiting = () => (as(undefined)("approvals")["waiting"] as { id: string; op: string }[]).map(({ id }) => id);
  /** Ann's request, held back; its name. */
  const held = (op: string, fields: object = {}): string => {
    expect(as(ann)(op, fields)).toMatchObject({ error: { code: "second-person.waiting" } });
    return waiting().at(-1) as string;
  };
  const audited = () => site.disk.audit.map(({ who, what, outcome }) => `${who} ${what}: ${outcome}`);
  return { ...site, ...running, as, waiting, held, audited };
}

const limit = { powerWMin: -2e6, powerWMax: 2e6 };
const wider = { powerWMin: -2e6, powerWMax: 3e6 };
const narrower = { powerWMin: -1e6, powerWMax: 2e6 };

/** The latches before; what ann asks alone; whether it waits. */
test.each<[string, [string, object][], [string, object], boolean]>([
  ["the first limit takes room", [], ["limit-set", limit], false],
  ["a narrower limit takes room", [["limit-set", limit]], ["limit-set", narrower], false],
  ["the same limit", [["limit-set", limit]], ["limit-set", limit], false],
  ["a limit wider at one end", [["limit-set", limit]], ["limit-set", wider], true],
  ["a limit with one end left open", [["limit-set", limit]], ["limit-set", { powerWMax: 1e6 }], true],
  ["clearing a limit", [["limit-set", limit]], ["limit-clear", {}], true],
  ["a stop", [], ["stop", {}], false],
  ["a stop on top of a stop", [["stop", {}]], ["stop", {}], false],
  ["ending a stop", [["stop", {}]], ["resume", {}], true],
  ["keeping still for people at the equipment", [], ["mode", { mode: "maintenance" }], false],
  ["moving again after that", [["mode", { mode: "maintenance" }]], ["mode", { mode: "auto" }], true],
  ["holding a power by hand", [], ["mode", { mode: "manual", powerW: 1e6 }], false],
])("%s", (_, before, [op, fields], waits) => {
  const { as, waiting } = siteOfTwo();
  for (const [earlier, given] of before) expect(as(ann)(earlier, given)).toMatchObject({ done: earlier });
  const answer = as(ann)(op, fields);
  expect(answer).toMatchObject(waits ? { error: { code: "second-person.waiting" } } : { done: op });
  expect(waiting()).toHaveLength(waits ? 1 : 0);
});

test("nothing waits on a site that did not ask for it", () => {
  const { ask } = sampleSite().boot();
  ask({ op: "stop", by: "ann", reason: "smoke" });
  expect(ask({ op: "resume", by: "ann", reason: "clear" })).toMatchObject({ done: "resume" });
});

test("another person's word does it, once, and the log has both names", () => {
  const { as, held, agent, audited, clock } = siteOfTwo();
  as(ann)("stop");
  const id = held("resume");
  expect(agent.view().latches.stop).toBeDefined();
  expect(as(bob)("approve", { id })).toMatchObject({ done: "resume", stored: true });
  clock.advance(seconds(1));
  expect(agent.view().latches.stop).toBeUndefined();
  expect(audited()).toEqual([
    "ann stop: done",
    "ann resume: second-person.waiting",
    "bob approve: approved",
    "ann and bob resume: done",
  ]);
  expect(as(bob)("approve", { id })).toMatchObject({ error: { code: "second-person.not-waiting" } });
});

/** Who says yes to what ann asked, and why it is not enough. */
test.each<[string, UnixUser | undefined, Role, string]>([
  ["ann herself", ann, "admin", "second-person.same-person"],
  ["ann under another name", { ...ann, name: "bob" }, "admin", "second-person.same-person"],
  ["somebody who has not proven who they are", undefined, "admin", "second-person.unproven"],
  ["root, who may be ann", root, "admin", "second-person.shared-user"],
  ["a viewer", bob, "viewer", "operator.not-permitted"],
])("%s cannot be the second person, and it waits on", (_, user, role, code) => {
  const { as, held, waiting, agent } = siteOfTwo();
  as(ann)("stop");
  const id = held("resume");
  expect(as(user, role)("approve", { id })).toMatchObject({ error: { code } });
  expect(waiting()).toEqual([id]);
  expect(agent.view().latches.stop).toBeDefined();
});

test("whoever is not proven, or shares a user, cannot be the first either", () => {
  const { as, waiting, audited } = siteOfTwo();
  as(ann)("stop");
  expect(as(undefined)("resume")).toMatchObject({ error: { code: "second-person.unproven" } });
  expect(as(root)("resume")).toMatchObject({ error: { code: "second-person.shared-user" } });
  expect(waiting()).toEqual([]);
  expect(audited()).toEqual(["ann stop: done", "root resume: second-person.shared-user"]);
});

test("an operator cannot approve what takes an admin", () => {
  const { desk } = siteOfConfigs();
  const { as, held } = siteOfTwo(desk);
  const id = held("config-apply", { text: roomier });
  expect(as(bob, "operator")("approve", { id })).toMatchObject({ error: { code: "operator.not-permitted" } });
});

test("what was asked for another state of the site is not done", () => {
  const { as, held, agent } = siteOfTwo();
  as(ann)("limit-set", limit);
  const id = held("limit-set", wider);
  as(bob)("limit-set", narrower); // Takes room: nobody is asked.
  expect(as(bob)("approve", { id })).toMatchObject({ error: { code: "second-person.not-waiting" } });
  expect(agent.view().latches.localLimitW).toMatchObject(narrower);
});

test.each(["noise", "smoke"])("a second stop, for %s, is not ended by a yes that was asked before it", (reason) => {
  const { as, held, agent, audited } = siteOfTwo();
  as(ann)("stop", { reason: "noise" });
  const id = held("resume");
  as(ann, "operator")("stop", { reason });
  expect(as(bob)("approve", { id })).toMatchObject({ error: { code: "second-person.not-waiting" } });
  expect(agent.view().latches.stop?.reason).toBe(reason);
  expect(audited()).toContain("ann resume: second-person.withdrawn");
});

test("who may only look ends nothing that waits", () => {
  const { as, held, waiting } = siteOfTwo();
  as(ann)("stop");
  const id = held("resume");
  expect(as(bob, "viewer")("stop")).toMatchObject({ error: { code: "operator.not-permitted" } });
  expect(waiting()).toEqual([id]);
});

test("nobody's word in time is a no, and neither an hour nor a restart revives it", () => {
  const { as, held, waiting, clock, audited, kill, boot } = siteOfTwo();
  as(ann)("stop");
  held("resume");
  clock.advance(minutes(11));
  expect(waiting()).toEqual([]);
  expect(audited()).toContain("ann resume: second-person.expired");
  const id = held("resume");
  kill();
  const again = boot();
  clock.advance(seconds(5));
  expect(again.ask({ op: "approve", id, by: "bob", reason: "yes" }, "admin", bob)).toMatchObject({
    error: { code: "second-person.not-waiting" },
  });
  expect(again.agent.view().latches.stop).toBeDefined();
});

test("anybody may say no; whoever asked takes it back; asked anew the older one goes", () => {
  const { as, held, waiting, audited } = siteOfTwo();
  as(ann)("stop");
  const first = held("resume");
  expect(as(bob)("reject", { id: first })).toMatchObject({ done: "reject" });
  const second = held("resume");
  expect(as(ann)("reject", { id: second })).toMatchObject({ done: "reject" });
  held("resume");
  const last = held("resume", { reason: "inspected" });
  expect(waiting()).toEqual([last]);
  expect(audited().filter((line) => /rejected|withdrawn/.test(line))).toEqual([
    "bob resume: second-person.rejected",
    "ann resume: second-person.withdrawn",
    "ann resume: second-person.withdrawn",
  ]);
});

test("sixteen wait and no more, and a stop is never behind them", () => {
  const { as, waiting } = siteOfTwo();
  as(ann)("stop");
  for (let uid = 2_000; uid < 2_016; uid++) as({ uid, name: `u${uid}`, isPersonal: true })("resume");
  expect(waiting()).toHaveLength(16);
  expect(new Set(waiting()).size).toBe(16);
  expect(as(ann)("resume")).toMatchObject({ error: { code: "second-person.too-many" } });
  expect(as(ann)("stop")).toMatchObject({ done: "stop" });
});

test("another configuration takes two, and a yes counts for the revision it was asked on", () => {
  const { desk, ran, settle } = siteOfConfigs();
  const { as, held } = siteOfTwo(desk);
  expect(as(ann)("config-apply", { text: original })).toMatchObject({ error: { code: "config.same" } });
  expect(as(ann)("config-apply", { text: "site: [" })).toMatchObject({ error: { code: "config.invalid" } });
  const stale = held("config-apply", { text: roomier });
  expect(as(undefined)("approvals")["waiting"]).toMatchObject([
    { now: "revision 1", changes: [{ path: "control.connection.exportLimitMW", before: "5", after: "6" }] },
  ]);
  const fresh = as({ ...ann, uid: 1003, name: "eve" })("config-apply", { text: `${roomier}\n# again` });
  expect(fresh).toMatchObject({ error: { code: "second-person.waiting" } });
  const { id } = fresh["error"] as { id: string };
  as(bob)("approve", { id });
  settle();
  expect(desk.history().at(-1)).toMatchObject({ number: 2, by: "eve and bob", reason: "works" });
  expect(as(bob)("approve", { id: stale })).toMatchObject({ error: { code: "second-person.outdated" } });
  expect(ran).toEqual([6]);
});

test("back to an earlier configuration takes two; back from one that nobody confirmed takes one", () => {
  const { desk, ran, settle } = siteOfConfigs();
  const { as, held } = siteOfTwo(desk);
  as(bob)("approve", { id: held("config-apply", { text: roomier, confirmWithinMs: 60_000 }) });
  settle();
  as(ann)("config-rollback");
  settle();
  expect(ran).toEqual([6, 5]);
  as(bob)("approve", { id: held("config-apply", { text: roomier }) });
  settle();
  const id = held("config-rollback");
  settle();
  expect(ran).toEqual([6, 5, 6]);
  as(bob)("approve", { id });
  settle();
  expect(ran).toEqual([6, 5, 6, 5]);
});

test("a thousand random acts of three people: more room came only with two of them", () => {
  const rng = new Rng("two people");
  const { as, agent, waiting, disk } = siteOfTwo();
  const eve: UnixUser = { uid: 1003, name: "eve", isPersonal: true };
  const people = [ann, bob, eve, undefined, root];
  const pick = <T>(list: readonly T[]): T => list[rng.integer(0, list.length)] as T;
  const bound = () => (rng.uniform() < 0.2 ? null : rng.integer(1, 5) * 1e6);
  const acts = [
    () => ["stop", {}],
    () => ["resume", {}],
    () => ["limit-set", { powerWMin: null, powerWMax: bound() }],
    () => ["limit-clear", {}],
    () => ["mode", { mode: pick(["auto", "maintenance", "manual"]) }],
    () => ["approve", { id: pick([...waiting(), "none"]) }],
    () => ["reject", { id: pick([...waiting(), "none"]) }],
  ] as const;
  const room = () => {
    const { stop, localLimitW, mode } = agent.view().latches;
    return [stop ? 0 : 1, localLimitW?.powerWMax ?? Number.POSITIVE_INFINITY, mode === "maintenance" ? 0 : 1];
  };
  let widened = 0;
  for (let act = 0; act < 1_000; act++) {
    const before = room();
    const [op, fields] = pick(acts)();
    as(pick(people))(op as string, fields as object);
    if (!room().some((value, index) => value > (before[index] ?? 0))) continue;
    widened++;
    expect(op).toBe("approve");
    const names = disk.audit.at(-1)?.who.split(" and ") ?? [];
    expect(new Set(names).size).toBe(2);
  }
  expect(widened).toBeGreaterThan(20);
});

const original = readFileSync(join(import.meta.dirname, "../config/examples/feeder.yaml"), "utf8");
const roomier = original.replace("exportLimitMW: 5", "exportLimitMW: 6");

/** A configuration desk of its own, with what it let run (export limit, MW). */
function siteOfConfigs() {
  const clock = new SimClock(startMs);
  const source = { text: original, file: "feeder.yaml", folder: "/site" };
  const parsed = parseSiteConfig(original, source);
  if (!parsed.ok) throw new Error(parsed.error.text);
  const ran: number[] = [];
  const store = new MemoryStore({ clock, disk: new MemoryDisk({ epoch: "e" }), latencyMs: Ms(0) });
  const desk = new ConfigDesk(
    { clock, store, source, switchTo: ({ control }) => ran.push(control.connection.exportWMax / 1e6), tell: () => {} },
    parsed.value,
  );
  desk.start(() => {});
  clock.advance(seconds(5));
  return { desk, ran, settle: () => clock.advance(seconds(1)) };
}
