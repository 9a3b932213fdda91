import fc from "fast-check";
import { expect, test } from "vitest";
import { Ms, MW, seconds, UtcMs, Var, W, WPerS } from "../units/index.ts";
import { approvalsRequired, widensLimit } from "./approvals-required.ts";
import { signEnvelope } from "./dsse.ts";
import { privateKeyFromSeed, publicKeyOf } from "./keys.ts";
import { encodeLease, holdThenRampToZero, type Lease, leaseKinds, parseLease } from "./lease.ts";
import { encodeLeaseAck, type LeaseAck, parseLeaseAck } from "./lease-ack.ts";
import { issueLease, leasePayloadType, openLease } from "./signed-lease.ts";

const issuedAtMs = UtcMs(Date.UTC(2023, 0, 1, 10));
const lease: Lease = {
  v: 1,
  id: "00000000-0000-4000-8000-000000000001",
  audience: "nsw/park",
  issuer: "aggregator",
  epoch: 1,
  sequence: 42,
  issuedAtMs,
  notBeforeMs: issuedAtMs,
  expiresAtMs: UtcMs(issuedAtMs + 60_000),
  ttlMs: seconds(60),
  kind: "setpoint",
  powerW: MW(5),
  reactiveVar: Var(0),
  rampWPerS: WPerS(50_000),
  priority: 5,
  onExpire: { action: "ramp-to-zero", rampWPerS: WPerS(20_000) },
  reason: "NEM energy PNSTK1 2023-01-01T10:05 target",
};
const quarter = (n: number) => ({
  startMs: UtcMs(issuedAtMs + n * 900e3),
  endMs: UtcMs(issuedAtMs + (n + 1) * 900e3),
  powerW: MW(n),
});
const bytesOf = (json: object | string) =>
  new TextEncoder().encode(typeof json === "string" ? json : JSON.stringify(json));
const key = { keyId: "aggregator-1", privateKey: privateKeyFromSeed(new Uint8Array(32).fill(7)) };
const trusted = [{ keyId: key.keyId, publicKey: publicKeyOf(key.privateKey) }];

test("a lease comes out of its envelope as it went in", () => {
  expect(openLease(issueLease(lease, [key]), trusted)).toEqual({
    ok: true,
    value: { lease, signedBy: ["aggregator-1"] },
  });
});

test("a signed body of another kind is no lease", () => {
  const other = signEnvelope(encodeLease(lease), "application/vnd.penstock.keys+json", [key]);
  expect(openLease(other, trusted)).toMatchObject({ ok: false, error: { code: "lease.wrong-type" } });
  expect(openLease(signEnvelope(bytesOf("{}"), leasePayloadType, [key]), trusted)).toMatchObject({
    ok: false,
    error: { code: "lease.invalid-v" },
  });
});

test.each<[string, object, string]>([
  ["an unknown field", { powerMW: 5 }, "lease.invalid-powerMW"],
  ["another version", { v: 2 }, "lease.invalid-v"],
  ["an empty id", { id: "" }, "lease.invalid-id"],
  ["an audience without a node", { audience: "nsw" }, "lease.invalid-audience"],
  ["an audience with a wildcard", { audience: "nsw/+" }, "lease.invalid-audience"],
  ["an audience of three parts", { audience: "a/b/c" }, "lease.invalid-audience"],
  ["a schedule in a set-point", { schedule: [quarter(0)] }, "lease.invalid-schedule"],
  ["a schedule that says nothing", { kind: "schedule" }, "lease.invalid-schedule"],
  ["a schedule of no entries", { kind: "schedule", schedule: [] }, "lease.invalid-schedule"],
  ["a schedule out of order", { kind: "schedule", schedule: [quarter(1), quarter(0)] }, "lease.invalid-schedule"],
  [
    "a schedule that asks twice at once",
    { kind: "schedule", schedule: [quarter(1), quarter(1.5)] },
    "lease.invalid-schedule",
  ],
  [
    "a scheduled power in words",
    { kind: "schedule", schedule: [{ ...quarter(0), powerW: "5" }] },
    "lease.invalid-schedule",
  ],
  ["services in a release", { kind: "release", reserves: [] }, "lease.invalid-reserves"],
  ["a service without a power", { reserves: [{ service: "fcr" }] }, "lease.invalid-reserves"],
  ["a service less than nothing", { reserves: [{ service: "fcr", powerW: -1 }] }, "lease.invalid-reserves"],
  [
    "a service twice",
    {
      reserves: [
        { service: "fcr", powerW: 1 },
        { service: "fcr", powerW: 2 },
      ],
    },
    "lease.invalid-reserves",
  ],
  ["a power in words", { powerW: "5 MW" }, "lease.invalid-powerW"],
  ["a power of 11 GW", { powerW: 11e9 }, "lease.invalid-powerW"],
  ["a missing power", { powerW: undefined }, "lease.invalid-powerW"],
  ["a null power", { powerW: null }, "lease.invalid-powerW"],
  ["a negative ramp", { rampWPerS: -1 }, "lease.invalid-rampWPerS"],
  ["a ramp of nothing", { rampWPerS: 0 }, "lease.invalid-rampWPerS"],
  ["half a sequence", { sequence: 1.5 }, "lease.invalid-sequence"],
  ["a sequence beyond 2^53", { sequence: 2 ** 53 }, "lease.invalid-sequence"],
  ["an epoch beyond u32", { epoch: 2 ** 32 }, "lease.invalid-epoch"],
  ["no time to live", { ttlMs: 0 }, "lease.invalid-ttlMs"],
  ["priority 10", { priority: 10 }, "lease.invalid-priority"],
  ["an unknown kind", { kind: "mode" }, "lease.invalid-kind"],
  ["a window inside out", { expiresAtMs: issuedAtMs }, "lease.invalid-expiresAtMs"],
  ["a window that opens when it has closed", { notBeforeMs: lease.expiresAtMs }, "lease.invalid-expiresAtMs"],
  ["an unknown fallback", { onExpire: { action: "explode" } }, "lease.invalid-onExpire"],
  ["a fallback by an inherited name", { onExpire: { action: "toString" } }, "lease.invalid-onExpire"],
  ["a hold without an end", { onExpire: { action: "hold", forMs: 1000 } }, "lease.invalid-onExpire"],
  ["a fallback with an unknown field", { onExpire: { action: "local", powerW: 1 } }, "lease.invalid-onExpire"],
  ["no fallback", { onExpire: null }, "lease.invalid-onExpire"],
  ["a reason with a line break", { reason: "a\nb" }, "lease.invalid-reason"],
  ["a limit on a set-point", { powerWMax: 1 }, "lease.invalid-powerWMax"],
  ["a limit that limits nothing", { kind: "limit" }, "lease.invalid-powerWMax"],
  ["a limit inside out", { kind: "limit", powerWMin: 2, powerWMax: 1 }, "lease.invalid-powerWMin"],
])("%s is refused, and the code names the field", (_, change, code) => {
  expect(parseLease(bytesOf({ ...lease, ...change }))).toMatchObject({ ok: false, error: { code } });
});

test.each<[string, string]>([
  ["1e999 is not a power", JSON.stringify(lease).replace("5000000", "1e999")],
  ["NaN is not JSON", JSON.stringify(lease).replace("5000000", "NaN")],
  ["a byte-order mark is not JSON", `\ufeff${JSON.stringify(lease)}`],
  ["a list is not a lease", "[]"],
  ["a __proto__ beside good fields is unknown", JSON.stringify(lease).replace("{", '{"__proto__":{"a":1},')],
])("%s", (_, json) => {
  expect(parseLease(bytesOf(json))).toMatchObject({ ok: false });
});

test("a limit gives one bound or both", () => {
  for (const bounds of [{ powerWMax: W(1) }, { powerWMin: W(-1) }, { powerWMin: W(0), powerWMax: W(0) }]) {
    expect(parseLease(encodeLease({ ...lease, kind: "limit", ...bounds }))).toMatchObject({ ok: true });
  }
});

test("every lease of the type is read back as itself", () => {
  const power = fc.double({ min: -1e10, max: 1e10, noNaN: true }).map((w) => W(w + 0));
  const rate = fc.double({ min: 1e-3, max: 1e10, noNaN: true }).map(WPerS);
  const arbitrary: fc.Arbitrary<Lease> = fc
    .record({
      sequence: fc.nat(Number.MAX_SAFE_INTEGER),
      epoch: fc.nat(0xffff_ffff),
      kind: fc.constantFrom(...leaseKinds.filter((kind) => kind !== "limit")),
      powerW: power,
      priority: fc.nat(9),
      reason: fc.string({ maxLength: 100 }).map((text) => text.replace(/\p{Cc}/gu, "")),
      onExpire: fc.oneof(
        fc.constant({ action: "local" } as const),
        fc.nat(3600_000).map((forMs) => holdThenRampToZero(Ms(forMs + 1))),
        rate.map((rampWPerS) => ({ action: "ramp-to-zero", rampWPerS }) as const),
      ),
    })
    .map((change) => ({
      ...lease,
      ...change,
      ...(change.kind === "schedule" && { schedule: [quarter(0), quarter(2)] }),
    }));
  fc.assert(
    fc.property(arbitrary, (original) => {
      expect(parseLease(encodeLease(original))).toEqual({ ok: true, value: original });
    }),
    { seed: 7, numRuns: 300 },
  );
});

test("making a site safer needs one person, widening what it may do needs two", () => {
  expect(approvalsRequired("setpoint")).toBe(1);
  expect(approvalsRequired("estop")).toBe(1);
  expect(approvalsRequired("release")).toBe(1);
  expect(approvalsRequired("release", { estopHeld: true })).toBe(2);
  expect(approvalsRequired("limit")).toBe(2);
  expect(approvalsRequired("limit", { widensLimit: true })).toBe(2);
  expect(approvalsRequired("limit", { widensLimit: false })).toBe(1);
});

test.each([
  [{ powerWMax: W(5) }, { powerWMax: W(6) }, false],
  [{ powerWMax: W(6) }, { powerWMax: W(6) }, false],
  [{ powerWMax: W(7) }, { powerWMax: W(6) }, true],
  [{ powerWMin: W(-7) }, { powerWMin: W(-6) }, true],
  [{ powerWMax: W(5) }, { powerWMin: W(-6), powerWMax: W(6) }, true],
  [{ powerWMin: W(-1), powerWMax: W(1) }, {}, false],
])("a limit of %o over one of %o widens it: %s", (offered, held, widens) => {
  expect(widensLimit(offered, held)).toBe(widens);
});

const ack: LeaseAck = {
  leaseId: lease.id,
  sequence: 42,
  state: "clamped",
  because: ["grid-connection"],
  powerW: MW(4),
  atMs: issuedAtMs,
};

test("that set-points were read back is an acknowledgement of its own", () => {
  const readBack: LeaseAck = { ...ack, state: "read-back" };
  expect(parseLeaseAck(encodeLeaseAck(readBack))).toEqual({ ok: true, value: readBack });
});

test("an acknowledgement is read back as itself, and a newer site's extra field is ignored", () => {
  expect(parseLeaseAck(encodeLeaseAck(ack))).toEqual({ ok: true, value: ack });
  expect(parseLeaseAck(bytesOf({ ...ack, colour: "green" }))).toEqual({ ok: true, value: ack });
});

test.each<[object, string]>([
  [{ state: "ignored" }, "lease-ack.invalid-state"],
  [{ powerW: "4 MW" }, "lease-ack.invalid-powerW"],
  [{ because: "grid" }, "lease-ack.invalid-because"],
  [{ because: [1] }, "lease-ack.invalid-because"],
  [{ atMs: -1 }, "lease-ack.invalid-atMs"],
])("an acknowledgement with %o is refused", (change, code) => {
  expect(parseLeaseAck(bytesOf({ ...ack, ...change }))).toMatchObject({ ok: false, error: { code } });
});
