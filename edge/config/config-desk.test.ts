import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Result } from "@penstock/protocol/result";
import { SimClock } from "@penstock/protocol/time";
import { Ms, minutes, seconds, UtcMs } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { MemoryDisk } from "../store/memory-disk.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { capabilityHash } from "./capability-hash.ts";
import { ConfigDesk } from "./config-desk.ts";
import type { ConfigStatus } from "./config-report.ts";
import { filesBeside } from "./files-beside.ts";
import { parseSiteConfig } from "./load-site-config.ts";
import type { SiteConfig } from "./site-config.ts";

const feeder = readFileSync(join(import.meta.dirname, "examples", "feeder.yaml"), "utf8");
const wider = feeder.replace("exportLimitMW: 5", "exportLimitMW: 6");
const person = { by: "ada", reason: "new connection agreement" };
const mw = (config: SiteConfig) => config.control.connection.exportWMax / 1e6;

/** A box: a clock and a disk that outlive its processes. */
function box() {
  const clock = new SimClock(UtcMs(Date.UTC(2026, 0, 1)));
  const disk = new MemoryDisk({ epoch: "e" });
  return {
    clock,
    disk,
    boot(text = feeder, latencyMs = Ms(2)) {
      const own = clock.forProcess();
      const source = { text, file: "feeder.yaml", folder: "/site", readText: filesBeside(import.meta.dirname) };
      const parsed = parseSiteConfig(text, source);
      if (!parsed.ok) throw new Error(parsed.error.text);
      const told: string[] = [];
      const ran: number[] = [];
      const desk = new ConfigDesk(
        {
          clock: own,
          store: new MemoryStore({ clock: own, disk, latencyMs }),
          source,
          switchTo: (config) => ran.push(mw(config)),
          tell: ({ code }) => told.push(code),
        },
        parsed.value,
      );
      desk.start((config) => ran.push(mw(config)));
      clock.advance(Ms(100));
      const settle = (act: (done: (result: Result<ConfigStatus>) => void) => void): Result<ConfigStatus> => {
        let result: Result<ConfigStatus> | undefined;
        act((given) => {
          result = given;
        });
        clock.advance(Ms(100));
        if (result === undefined) throw new Error("it answers once");
        return result;
      };
      return { desk, told, ran, settle, kill: () => own.kill() };
    },
  };
}

const apply =
  (desk: ConfigDesk, text: string, confirmWithinMs?: Ms) => (done: (result: Result<ConfigStatus>) => void) =>
    desk.apply({ text, confirmWithinMs, ...person }, done);

test("a change that nobody confirms goes back by itself, and is said", () => {
  const { clock, boot } = box();
  const { desk, ran, told, settle } = boot();
  expect(settle(apply(desk, wider, minutes(10)))).toMatchObject({
    ok: true,
    value: { revision: 2, pending: { revertsTo: 1 } },
  });
  clock.advance(minutes(9));
  expect(ran).toEqual([5, 6]);
  clock.advance(minutes(2));
  expect(ran).toEqual([5, 6, 5]);
  expect(desk.status()).toMatchObject({ revision: 1, pending: null });
  expect(told).toEqual(["config.applied", "config.capability-changed", "config.reverted", "config.capability-changed"]);
  expect(desk.history().map(({ number, state }) => [number, state])).toEqual([
    [1, "confirmed"],
    [2, "reverted"],
  ]);
});

test.each([
  // the store at the start                what was applied before    what runs, one after the other
  ["is silent for ten seconds", "slow", feeder, [5]],
  ["is silent for ten seconds", "slow", wider, [5, 6]],
  ["fails for half a minute", "broken", feeder, [5]],
  ["fails for half a minute", "broken", wider, [5, 6]],
] as const)("a store that %s is taken up with when it answers (%#)", (_, how, before, runs) => {
  const { clock, disk, boot } = box();
  const first = boot();
  if (before !== feeder) first.settle(apply(first.desk, before));
  first.kill();
  if (how === "broken") disk.broken = "not mounted yet";
  const { desk, ran, told, settle } = boot(feeder, how === "slow" ? seconds(10) : Ms(2));
  clock.advance(seconds(4));
  expect(ran).toEqual([5]);
  expect(settle(apply(desk, wider))).toMatchObject({ error: { code: "config.no-store" } });
  clock.advance(seconds(26));
  disk.broken = undefined;
  clock.advance(seconds(35));
  expect(ran).toEqual(runs);
  expect(told).toContain("config.store-late");
  const next = wider.replace("exportLimitMW: 6", "exportLimitMW: 7");
  let applied: Result<ConfigStatus> | undefined;
  apply(
    desk,
    next,
  )((result) => {
    applied = result;
  });
  clock.advance(seconds(20));
  expect(applied).toMatchObject({ ok: true });
  expect(ran).toEqual([...runs, 7]);
});

test("a change that nobody had confirmed is given up when the store answers late, too", () => {
  const { clock, boot } = box();
  const first = boot();
  first.settle(apply(first.desk, wider, minutes(10)));
  first.kill();
  const { desk, ran, told } = boot(feeder, seconds(10));
  clock.advance(seconds(30));
  expect(ran).toEqual([5]);
  expect(told).toEqual(["config.reverted", "config.store-late", "config.capability-changed"]);
  expect(desk.status()).toMatchObject({ revision: 1, pending: null });
});

test("a site whose devices a map describes takes another configuration, and comes back with it", () => {
  const { boot } = box();
  const map = "driver: modbus-map\n    map: ../devices/maps/illustrative-site-controller.yaml";
  const mapped = feeder.replace("driver: sunspec-storage", map).replace(/\n +unitThermal:.*/, "");
  const first = boot(mapped);
  const changed = mapped.replace("exportLimitMW: 5", "exportLimitMW: 6");
  expect(first.desk.propose(changed)).toMatchObject({ ok: true });
  expect(first.settle(apply(first.desk, changed))).toMatchObject({ ok: true });
  first.kill();
  expect(boot(mapped)).toMatchObject({ ran: [6], told: [] });
});

test("a confirmed change stays, over its time and over restarts", () => {
  const { clock, boot } = box();
  const first = boot();
  first.settle(apply(first.desk, wider, minutes(10)));
  expect(first.settle((done) => first.desk.confirm("grace", done)).ok).toBe(true);
  clock.advance(minutes(20));
  expect(first.ran).toEqual([5, 6]);
  first.kill();
  const second = boot();
  expect(second.ran).toEqual([6]);
  expect(second.told).toEqual([]);
});

test("a crash while a change waits goes back at the next start, however soon that is", () => {
  const { boot } = box();
  const first = boot();
  first.settle(apply(first.desk, wider, minutes(10)));
  first.kill();
  const second = boot();
  expect(second.ran).toEqual([5]);
  expect(second.told).toEqual(["config.reverted", "config.capability-changed"]);
  second.kill();
  expect(boot().told).toEqual([]);
});

test("a killed process at any moment of an application comes back with one of the two, never with a pending one", () => {
  for (let atMs = 0; atMs < 12; atMs++) {
    const { clock, boot } = box();
    const first = boot();
    first.desk.apply({ text: wider, confirmWithinMs: minutes(1), ...person }, () => {});
    clock.advance(Ms(atMs));
    first.kill();
    const second = boot();
    expect(second.ran).toEqual([5]);
    expect(second.desk.status().pending).toBeNull();
  }
});

test("rolling back makes a new revision of an old text; a waiting one is simply given up", () => {
  const { boot } = box();
  const { desk, ran, settle } = boot();
  settle(apply(desk, wider));
  settle((done) => desk.rollback({ to: undefined, confirmWithinMs: undefined, ...person }, done));
  expect([ran, desk.status().revision]).toEqual([[5, 6, 5], 3]);
  settle((done) => desk.rollback({ to: 2, confirmWithinMs: minutes(1), ...person }, done));
  expect(desk.status()).toMatchObject({ revision: 4, pending: { revertsTo: 3 } });
  settle((done) => desk.rollback({ to: undefined, confirmWithinMs: undefined, ...person }, done));
  expect([ran.at(-1), desk.status().revision]).toEqual([5, 3]);
  expect(
    desk
      .history()
      .map(({ by, reason }) => [by, reason])
      .at(-1),
  ).toEqual(["ada", "back to revision 2: new connection agreement"]);
});

test.each([
  // what is asked                                                              what is said
  [feeder, "config.same"],
  [feeder.replace("exportLimitMW: 5", "exportLimitMW: five"), "config.invalid"],
  [feeder.replace("site: feeder", "site: park"), "config.fixed-field"],
  [feeder.replace("file: feeder.sqlite", "file: other.sqlite"), "config.fixed-field"],
])("what cannot run is refused and changes nothing", (text, code) => {
  const { boot } = box();
  const { desk, ran, settle } = boot();
  expect(settle(apply(desk, text))).toMatchObject({ ok: false, error: { code } });
  expect(ran).toEqual([5]);
  expect(desk.history()).toHaveLength(1);
});

test("one change at a time; nothing to confirm is said", () => {
  const { boot } = box();
  const { desk, settle } = boot();
  expect(settle((done) => desk.confirm("ada", done))).toMatchObject({ error: { code: "config.nothing-pending" } });
  settle(apply(desk, wider, minutes(1)));
  expect(settle(apply(desk, feeder))).toMatchObject({ error: { code: "config.still-pending" } });
});

test("a disk that refuses the change keeps the one that runs; one that refuses the way back does not stop it", () => {
  const { clock, disk, boot } = box();
  const { desk, ran, settle } = boot();
  disk.broken = "full";
  expect(settle(apply(desk, wider)).ok).toBe(false);
  expect([ran, desk.status().revision]).toEqual([[5], 1]);
  disk.broken = undefined;
  settle(apply(desk, wider, seconds(30)));
  disk.broken = "full";
  clock.advance(minutes(1));
  expect(ran).toEqual([5, 6, 5]);
});

test("a file that was edited is a new revision at the next start; one that was not leaves what was applied", () => {
  const { boot } = box();
  const first = boot();
  first.settle(apply(first.desk, wider));
  first.kill();
  const edited = feeder.replace("importLimitMW: 4", "importLimitMW: 3");
  const second = boot(edited);
  expect(second.ran).toEqual([5]);
  expect(second.desk.history().at(-1)).toMatchObject({ number: 3, by: "file", state: "confirmed" });
});

test("the history is bounded, and the way back is never lost", () => {
  const { boot } = box();
  const { desk, settle } = boot();
  for (let change = 0; change < 40; change++) settle(apply(desk, change % 2 === 0 ? wider : feeder));
  settle(apply(desk, wider, minutes(1)));
  expect(desk.history()).toHaveLength(30);
  expect(desk.status()).toMatchObject({ revision: 42, pending: { revertsTo: 41 } });
});

test.each([
  // a change                                           changes what the site can do
  [(text: string) => text.replace("exportLimitMW: 5", "exportLimitMW: 5.1"), true],
  [(text: string) => text.replace("upKWPerS: 1000", "upKWPerS: 999"), true],
  [(text: string) => text.replace("capacityKWh: 3854", "capacityKWh: 3853"), true],
  [(text: string) => text.replace("sign: 1", "sign: -1"), true],
  [(text: string) => text.replace("port: 5120", "port: 5555"), false],
  [(text: string) => text.replace("budgetMB: 512", "budgetMB: 100"), false],
  [(text: string) => `# a comment\n${text}`, false],
])("the capability hash follows what the grid was told, and nothing else", (edit, changes) => {
  const hashOf = (text: string) => {
    const parsed = parseSiteConfig(text, { file: "f", folder: "/" });
    return parsed.ok ? capabilityHash(parsed.value) : "";
  };
  expect(edit(feeder)).not.toBe(feeder);
  expect(hashOf(edit(feeder)) !== hashOf(feeder)).toBe(changes);
  expect(hashOf(feeder)).toMatch(/^[0-9a-f]{64}$/);
});
