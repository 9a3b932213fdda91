import { issueLease, type Lease, privateKeyFromSeed, publicKeyPem, signEnvelope } from "@penstock/protocol/lease";
import { Rng } from "@penstock/protocol/rng";
import { hours, MonotonicMs, Ms, MW, minutes, seconds, UtcMs, Var, type W, WPerS } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import type { CloudConfig } from "../config/site-config.ts";
import { acceptLease, emptyBook, expireGrants, grantsOf, type LeaseBook, refusalAck, restoreBook } from "./index.ts";

const key = (seed: number) => ({ keyId: `key-${seed}`, privateKey: privateKeyFromSeed(new Uint8Array(32).fill(seed)) });
const [aggregator, colleague, stranger] = [key(1), key(2), key(3)];
const config: CloudConfig = {
  brokerUrl: "mqtt://localhost",
  username: "park",
  passwordFile: "password",
  groupId: "nsw",
  nodeId: "park",
  leaseKeys: [aggregator, colleague].map(({ keyId, privateKey }) => ({
    keyId,
    publicKeyPem: publicKeyPem(privateKey),
  })),
  leaseTtlMsMax: minutes(5),
  scheduleTtlMsMax: hours(48),
  clockSkewMs: seconds(2),
};
const nowMs = UtcMs(Date.UTC(2023, 0, 1, 10));
const circumstances = { nowMs, monotonicMs: MonotonicMs(1_000_000), config, clockTrusted: true };

const lease = (changes: Partial<Lease> = {}): Lease => ({
  v: 1,
  id: `lease-${changes.epoch ?? 1}-${changes.sequence ?? 1}`,
  audience: "nsw/park",
  issuer: "aggregator",
  epoch: 1,
  sequence: 1,
  issuedAtMs: nowMs,
  notBeforeMs: nowMs,
  expiresAtMs: UtcMs(nowMs + 60_000),
  ttlMs: seconds(60),
  kind: "setpoint",
  powerW: MW(5),
  reactiveVar: Var(0),
  priority: 5,
  onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(20_000) },
  reason: "energy target 10:05",
  ...changes,
});

/** 4 MW out a quarter of an hour from now, for as long; then 2 MW in for an hour. */
const quarters = [
  { startMs: UtcMs(nowMs + minutes(15)), endMs: UtcMs(nowMs + minutes(30)), powerW: MW(4) },
  { startMs: UtcMs(nowMs + minutes(30)), endMs: UtcMs(nowMs + minutes(90)), powerW: MW(-2) },
];

const sent = (changes: Partial<Lease> = {}, keys = [aggregator]) => issueLease(lease(changes), keys);
const offer = (book: LeaseBook, changes: Partial<Lease>, keys = [aggregator], at = {}) =>
  acceptLease(book, sent(changes, keys), { ...circumstances, ...at });

function taken(book: LeaseBook, changes: Partial<Lease> = {}, keys = [aggregator], at = {}) {
  const result = offer(book, changes, keys, at);
  if (!result.ok) throw new Error(`refused: ${result.error.code}`);
  return result.value;
}

test("a good lease becomes a grant with deadlines on the monotonic clock, and facts for the disk", () => {
  const { grants, ack, persist } = taken(emptyBook, { notBeforeMs: UtcMs(nowMs + 1_000) });
  expect(grants).toMatchObject([
    {
      leaseId: "lease-1-1",
      kind: "setpoint",
      powerW: 5e6,
      notBeforeMonotonicMs: 1_001_000,
      expiresMonotonicMs: 1_060_000,
    },
  ]);
  expect(ack).toEqual({ leaseId: "lease-1-1", sequence: 1, state: "accepted", atMs: nowMs });
  expect(persist).toMatchObject({ marks: { aggregator: { epoch: 1, sequence: 1 } } });
});

test.each<[string, Uint8Array, string]>([
  ["signed by a stranger", sent({}, [stranger]), "lease.forged"],
  ["signed by a stranger under a known name", sent({}, [{ ...stranger, keyId: "key-1" }]), "lease.forged"],
  ["changed after it was signed", tampered(sent()), "lease.forged"],
  ["not JSON", new TextEncoder().encode("{"), "lease.malformed"],
  ["empty", new Uint8Array(0), "lease.malformed"],
  ["too large", new Uint8Array(20_000), "lease.malformed"],
  ["a signed body with nonsense in it", sent({ powerW: "5 MW" as unknown as W }), "lease.malformed"],
  [
    "a signed document of another kind",
    signEnvelope(new Uint8Array(2), "application/json", [aggregator]),
    "lease.malformed",
  ],
  ["for another site", sent({ audience: "nsw/feeder" }), "lease.foreign-audience"],
  [
    "over since a second",
    sent({ issuedAtMs: UtcMs(nowMs - 9e3), notBeforeMs: UtcMs(nowMs - 9e3), expiresAtMs: UtcMs(nowMs - 1e3) }),
    "lease.expired",
  ],
  [
    "beginning in three seconds, with clocks known to 2 s",
    sent({ notBeforeMs: UtcMs(nowMs + 3_000) }),
    "lease.not-yet-valid",
  ],
  ["issued in the future", sent({ issuedAtMs: UtcMs(nowMs + 3_000) }), "lease.not-yet-valid"],
  [
    "living six minutes where five are allowed",
    sent({ ttlMs: minutes(6), expiresAtMs: UtcMs(nowMs + minutes(6)) }),
    "lease.too-long",
  ],
  [
    "a schedule for three days where two are allowed",
    sent({ kind: "schedule", schedule: quarters, ttlMs: hours(72), expiresAtMs: UtcMs(nowMs + hours(72)) }),
    "lease.too-long",
  ],
  ["a schedule without entries", sent({ kind: "schedule" }), "lease.malformed"],
])("a lease that is %s is refused", (_what, bytes, code) => {
  expect(acceptLease(emptyBook, bytes, circumstances)).toMatchObject({ ok: false, error: { code } });
});

test("a schedule outlives a restart, its times told by a trusted clock", () => {
  const twelveHours = { ttlMs: hours(12), expiresAtMs: UtcMs(nowMs + hours(12)) };
  const taking = taken(emptyBook, { kind: "schedule", schedule: quarters, ...twelveHours });
  const [first] = taking.grants[0]?.schedule ?? [];
  expect(first).toEqual({ startMonotonicMs: 1_900_000, endMonotonicMs: 2_800_000, powerW: MW(4) });

  const onDisk: unknown = JSON.parse(JSON.stringify(taking.persist));
  const away = { nowMs: UtcMs(nowMs + hours(2)), monotonicMs: MonotonicMs(5_000), awayMs: hours(2) };
  const restored = restoreBook(onDisk, { ...away, clockTrusted: true });
  expect(restored.ok && grantsOf(restored.value)).toMatchObject([
    { kind: "schedule", schedule: [{ startMonotonicMs: 5_000 + minutes(15) - hours(2) }, { powerW: MW(-2) }] },
  ]);
  const doubted = restoreBook(onDisk, { ...away, clockTrusted: false });
  expect(doubted.ok && grantsOf(doubted.value)).toEqual([]);
});

test("a refusal is answered where a trusted key vouches for the lease, and a stranger gets no answer", () => {
  const foreign = offer(emptyBook, { audience: "nsw/feeder" });
  const forged = offer(emptyBook, {}, [stranger]);
  expect(foreign.ok || refusalAck(foreign.error, nowMs)).toMatchObject({
    state: "rejected",
    code: "lease.foreign-audience",
  });
  expect(forged.ok || refusalAck(forged.error, nowMs)).toBeUndefined();
});

test.each<[string, Partial<Lease>, string | undefined]>([
  ["a newer sequence", { sequence: 8 }, undefined],
  ["a new epoch begins its count again", { epoch: 2, sequence: 1 }, undefined],
  ["the same sequence under another id", { sequence: 7, id: "other" }, "lease.stale-sequence"],
  ["an older sequence", { sequence: 6 }, "lease.stale-sequence"],
  ["an older epoch, whatever its sequence", { epoch: 0, sequence: 99 }, "lease.stale-sequence"],
  ["the same id with another sequence", { id: "lease-1-7", sequence: 8 }, "lease.id-reused"],
  ["another issuer has its own count", { issuer: "grid-desk", sequence: 1 }, undefined],
])("after sequence 7 of epoch 1: %s", (_what, changes, code) => {
  const { book } = taken(emptyBook, { sequence: 7 });
  const result = offer(book, changes);
  expect(result.ok ? undefined : result.error.code).toBe(code);
});

test("the same lease again gets its first answer, long after, and changes nothing", () => {
  const first = taken(emptyBook);
  const again = taken(first.book, {}, [aggregator], { nowMs: UtcMs(nowMs + hours(5)), monotonicMs: MonotonicMs(9e9) });
  expect(again.ack).toEqual(first.ack);
  expect(again.book).toBe(first.book);
  expect(again.persist).toBeUndefined();
  expect(again.grants).toEqual([]);
});

test("a replay whose answer is long forgotten is still stale", () => {
  let { book } = taken(emptyBook);
  for (let sequence = 2; sequence <= 80; sequence++) ({ book } = taken(book, { sequence }));
  expect(book.answered.length).toBe(64);
  expect(offer(book, {})).toMatchObject({ ok: false, error: { code: "lease.stale-sequence" } });
});

test.each<[string, Partial<Lease>, number]>([
  ["its expiry", { expiresAtMs: UtcMs(nowMs + 30_000), ttlMs: minutes(4) }, 30_000],
  ["its time to live", { expiresAtMs: UtcMs(nowMs + 60_000), ttlMs: seconds(20) }, 20_000],
  ["the site's maximum", { expiresAtMs: UtcMs(nowMs + hours(1)), ttlMs: minutes(5) }, 300_000],
])("a lease ends at the first of %s", (_what, changes, lifeMs) => {
  expect(taken(emptyBook, changes).grants[0]?.expiresMonotonicMs).toBe(1_000_000 + lifeMs);
});

test("grants expire by the monotonic clock alone", () => {
  const { book } = taken(emptyBook);
  expect(expireGrants(book, MonotonicMs(1_059_999))).toMatchObject({ expired: [], grants: [{ sequence: 1 }] });
  expect(expireGrants(book, MonotonicMs(1_060_000))).toMatchObject({ expired: [{ sequence: 1 }], grants: [] });
});

test("a newer set-point replaces the older at its own begin, not before", () => {
  const first = taken(emptyBook);
  const next = taken(first.book, { sequence: 2, notBeforeMs: UtcMs(nowMs + 2_000) });
  expect(next.grants).toMatchObject([
    { sequence: 1, expiresMonotonicMs: 1_002_000 },
    { sequence: 2, notBeforeMonotonicMs: 1_002_000 },
  ]);
  expect(taken(next.book, { sequence: 3 }).grants).toMatchObject([{ sequence: 3 }]);
});

test("a clock that is not trusted lets an emergency stop through and nothing else", () => {
  const at = { clockTrusted: false };
  expect(offer(emptyBook, {}, [aggregator], at)).toMatchObject({ error: { code: "lease.clock-not-trusted" } });
  expect(taken(emptyBook, { kind: "estop" }, [aggregator], at).grants).toMatchObject([{ kind: "estop" }]);
});

test("a clock behind the newest lease ever taken lets nothing in that would be in its time by it, before and after a restart", () => {
  const { book, persist } = taken(emptyBook);
  const bootMs = UtcMs(0);
  const old = { sequence: 2, issuedAtMs: bootMs, notBeforeMs: bootMs, expiresAtMs: UtcMs(60_000) };
  const at = { nowMs: UtcMs(5_000) };
  const restarted = restoreBook(JSON.parse(JSON.stringify(persist)), { ...restart, ...at, awayMs: undefined });
  if (!restarted.ok) throw new Error(restarted.error.part);
  for (const held of [book, restarted.value]) {
    expect(offer(held, old, [aggregator], at)).toMatchObject({ error: { code: "lease.clock-not-trusted" } });
    expect(offer(held, { ...old, kind: "estop" }, [aggregator], at).ok).toBe(true);
    // Two clocks that both err as they may are not behind each other.
    expect(offer(held, { sequence: 2 }, [aggregator], { nowMs: UtcMs(nowMs - seconds(2)) }).ok).toBe(true);
  }
});

test("an emergency stop outlives every clock, and only two people end it", () => {
  const { book } = taken(emptyBook, { kind: "estop" });
  expect(expireGrants(book, MonotonicMs(1e15)).grants).toMatchObject([{ kind: "estop" }]);
  const release = { kind: "release", sequence: 2 } as const;
  expect(offer(book, release)).toMatchObject({ ok: false, error: { code: "lease.too-few-approvals" } });
  expect(taken(book, release, [aggregator, colleague]).grants).toEqual([]);
});

test("a limit may be tightened by one and widened only by two; a release by one leaves it standing", () => {
  const held = taken(emptyBook, { kind: "limit", powerWMax: MW(4) }).book;
  expect(taken(held, { kind: "limit", powerWMax: MW(3), sequence: 2 }).grants[0]?.limitW?.powerWMax).toBe(3e6);
  const wider = { kind: "limit", powerWMax: MW(5), sequence: 2 } as const;
  expect(offer(held, wider)).toMatchObject({ ok: false, error: { code: "lease.too-few-approvals" } });
  expect(taken(held, wider, [aggregator, colleague]).grants).toMatchObject([
    { limitW: { powerWMin: -Infinity, powerWMax: 5e6 } },
  ]);
  const both = taken(held, { sequence: 2 }).book;
  expect(taken(both, { kind: "release", sequence: 3 }).grants).toMatchObject([{ kind: "limit" }]);
});

test("a site remembers a bounded number of issuers", () => {
  let book: LeaseBook = emptyBook;
  for (let n = 0; n < 16; n++) ({ book } = taken(book, { issuer: `desk-${n}`, id: `id-${n}` }));
  expect(offer(book, { issuer: "desk-16", id: "id-16" })).toMatchObject({ error: { code: "lease.too-many-issuers" } });
});

const disk = (book: ReturnType<typeof taken>): unknown => JSON.parse(JSON.stringify(book.persist));
const restart = { nowMs: UtcMs(nowMs + 10_000), monotonicMs: MonotonicMs(500), clockTrusted: true, awayMs: seconds(8) };

test.each<[string, object, number | undefined]>([
  ["with a trusted clock and 50 s to go", {}, 50_500],
  ["after its wall-clock end", { nowMs: UtcMs(nowMs + 60_000) }, undefined],
  ["with a clock nobody trusts", { clockTrusted: false }, undefined],
  ["after nobody knows how long", { awayMs: undefined }, undefined],
  ["after longer than it was to live", { awayMs: seconds(60) }, undefined],
  [
    "when the wall clock has gone back an hour, it is shortened by the time away",
    { nowMs: UtcMs(nowMs - hours(1)) },
    52_500,
  ],
])("a restart: %s", (_what, changes, expiresMonotonicMs) => {
  const book = restoreBook(disk(taken(emptyBook)), { ...restart, ...changes });
  expect(book.ok && grantsOf(book.value)[0]?.expiresMonotonicMs).toBe(expiresMonotonicMs);
});

test("after any restart an old lease is still stale, an answered one still answered and a stop still held", () => {
  const before = taken(taken(emptyBook, { sequence: 7 }).book, { kind: "estop", sequence: 9 });
  const restored = restoreBook(disk(before), { ...restart, clockTrusted: false });
  if (!restored.ok) throw new Error(restored.error.code);
  expect(grantsOf(restored.value)).toMatchObject([{ kind: "estop" }]);
  expect(offer(restored.value, { sequence: 8 })).toMatchObject({ error: { code: "lease.stale-sequence" } });
  expect(taken(restored.value, { sequence: 7 }).ack.state).toBe("accepted");
});

test("a restart keeps the begin of a newer lease as the end of the older", () => {
  const before = taken(taken(emptyBook, { priority: 9 }).book, { sequence: 2, notBeforeMs: UtcMs(nowMs + 2_000) });
  const restored = restoreBook(disk(before), restart);
  expect(restored.ok && grantsOf(restored.value)).toMatchObject([{ sequence: 2 }]);
});

test.each<[string, unknown]>([
  ["a text", "leases"],
  ["no marks", { answered: [], held: [] }],
  ["marks in words", { marks: { aggregator: "7" }, answered: [], held: [] }],
  ["answers that are none", { marks: {}, answered: [{}], held: [] }],
  ["a newest time that is none", { marks: {}, newestIssuedMs: "today", answered: [], held: [] }],
  ["no list of leases", { marks: {}, answered: [] }],
  ["a lease that is none", { marks: {}, answered: [], held: [{ lifeMs: 1, lease: { v: 1 } }] }],
])("a book on disk that is %s is refused, rather than forgotten", (_what, facts) => {
  expect(restoreBook(facts, restart)).toMatchObject({ ok: false, error: { code: "lease.book-corrupt" } });
});

test("a site without facts begins with an empty book", () => {
  expect(restoreBook(undefined, restart)).toEqual({ ok: true, value: emptyBook });
});

test("a thousand leases in any order, repeated and late: the marks never go back and no lease outlives its time", () => {
  const rng = new Rng("lease-keeper");
  let book: LeaseBook = emptyBook;
  let accepted = 0;
  for (let n = 0; n < 1_000; n++) {
    const at = {
      nowMs: UtcMs(nowMs + n * 100 + rng.integer(-500, 500)),
      monotonicMs: MonotonicMs(1_000_000 + n * 100),
    };
    const sequence = Math.max(1, Math.floor(n / 2) + rng.integer(-5, 6));
    const before = book.marks["aggregator"]?.sequence ?? 0;
    const result = offer(
      book,
      { sequence, ttlMs: Ms(rng.integer(1, 60_000)), expiresAtMs: UtcMs(nowMs + 200_000) },
      [aggregator],
      at,
    );
    if (!result.ok) continue;
    ({ book } = result.value);
    const mark = book.marks["aggregator"]?.sequence ?? 0;
    expect(mark).toBeGreaterThanOrEqual(before);
    if (result.value.persist === undefined) continue;
    accepted++;
    expect(mark).toBe(sequence);
    expect(result.value.grants).toHaveLength(1);
    expect(result.value.grants[0]?.expiresMonotonicMs).toBeLessThanOrEqual(at.monotonicMs + 60_000);
  }
  expect(accepted).toBeGreaterThan(100);
});

function tampered(envelope: Uint8Array): Uint8Array {
  const json = JSON.parse(new TextDecoder().decode(envelope)) as { payload: string };
  const body = Buffer.from(json.payload, "base64").toString().replace("5000000", "9000000");
  return new TextEncoder().encode(JSON.stringify({ ...json, payload: Buffer.from(body).toString("base64") }));
}
