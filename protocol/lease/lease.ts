import { fail, ok, type Result } from "../result/index.ts";
import type { Ms, UtcMs, Var, W, WPerS } from "../units/index.ts";
import {
  checkFields,
  type FieldRule,
  type InvalidField,
  integer,
  number,
  oneOf,
  optional,
  parseJson,
  positiveNumber,
  text,
} from "./field-rules.ts";

export const leaseKinds = ["setpoint", "release", "limit", "estop", "schedule"] as const;
export type LeaseKind = (typeof leaseKinds)[number];

/** What the site does when the lease ends and no newer one is held. */
export type OnExpire =
  | { readonly action: "ramp-to-zero"; readonly rampWPerS?: WPerS }
  | { readonly action: "hold"; readonly forMs: Ms; readonly then: "ramp-to-zero" }
  | { readonly action: "local" };

/**
 * A numbered, expiring wish of the cloud. Powers are the site's, in its own sign: positive is out. The site
 * holds the newest it accepts, clamps it every cycle, and falls back as `onExpire` says when it ends at
 * `expiresAtMs` or `ttlMs` after acceptance on its monotonic clock, whichever is first.
 */
export interface Lease {
  readonly v: 1;
  /** The same id again is the same lease: it is answered with the stored acknowledgement. */
  readonly id: string;
  /** "group/node": the one site that may act on it. */
  readonly audience: string;
  readonly issuer: string;
  /** With `sequence`, strictly increasing per issuer as a pair. A new epoch begins when an issuer lost its count. */
  readonly epoch: number;
  readonly sequence: number;
  readonly issuedAtMs: UtcMs;
  readonly notBeforeMs: UtcMs;
  readonly expiresAtMs: UtcMs;
  readonly ttlMs: Ms;
  readonly kind: LeaseKind;
  readonly powerW: W;
  readonly reactiveVar: Var;
  readonly rampWPerS?: WPerS;
  /** 9 is the most pressing. */
  readonly priority: number;
  readonly onExpire: OnExpire;
  /** Kind `limit` only, at least one of the two. */
  readonly powerWMin?: W;
  readonly powerWMax?: W;
  /** Kind `schedule` only: in order of time, never two at once. What lies between them is nobody's wish. */
  readonly schedule?: readonly ScheduleEntry[];
  /**
   * Kind `setpoint` only: services to keep ready while it lasts, on top of its power. Of the services a site holds for
   * leases those that none names are off; more than the site is contracted for is cut to that.
   */
  readonly reserves?: readonly ReadyService[];
  /** For the person who asks why, e.g. "NEM energy PNSTK1 2023-01-01T10:05 target". */
  readonly reason: string;
}

/** One service by its name in the site's configuration, and how much of it: a size. */
export interface ReadyService {
  readonly service: string;
  readonly powerW: W;
}

/** A power for a time, `[startMs, endMs)`. */
export interface ScheduleEntry {
  readonly startMs: UtcMs;
  readonly endMs: UtcMs;
  readonly powerW: W;
}

export type LeaseError = InvalidField<"lease">;

/** Reads the signed bytes. Every field is checked, an unknown one is refused, and the error's code names the field. */
export function parseLease(body: Uint8Array): Result<Lease, LeaseError> {
  const json = parseJson("lease", body);
  if (!json.ok) return json;
  const checked = checkFields("lease", json.value, rules, "refused");
  if (!checked.ok) return checked;
  const lease = checked.value as unknown as Lease; // The table below has a rule for every field of the type.
  return contradiction(lease) ?? ok(lease);
}

/** The bytes to sign. Write once, sign these, send these: nothing spells them again. */
export function encodeLease(lease: Lease): Uint8Array {
  const ordered = Object.fromEntries(
    Object.keys(rules).flatMap((field) => {
      const value = lease[field as keyof Lease];
      return value === undefined ? [] : [[field, value]];
    }),
  );
  return new TextEncoder().encode(JSON.stringify(ordered));
}

/** Keep the last power for a while, then come to rest. */
export const holdThenRampToZero = (forMs: Ms): OnExpire => ({
  action: "hold",
  forMs,
  // biome-ignore lint/suspicious/noThenProperty: a word on the wire, never a function, so nothing awaits it.
  then: "ramp-to-zero",
});

const powerMax = 1e10; // 10 GW: larger than any site, small enough to catch a unit mistaken by a thousand.
const uint32Max = 0xffff_ffff;
const instant = integer(0, Date.UTC(2200, 0));
const power = number(-powerMax, powerMax);
const ramp = positiveNumber(powerMax);
/** A day of quarter hours and more; fits an envelope. */
const scheduleEntriesMax = 100;
/** As many as a site may be contracted for. */
const readyServicesMax = 32;

const rules: Readonly<Record<keyof Lease, FieldRule>> = {
  v: oneOf([1]),
  id: text(/^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$/, "be 1 to 64 letters, digits, dots, colons, dashes or underscores"),
  audience: text(/^[^/+#\p{Cc}]{1,120}\/[^/+#\p{Cc}]{1,120}$/u, 'name one site as "group/node"'),
  issuer: text(/^[^\p{Cc}]{1,64}$/u, "be 1 to 64 printable characters"),
  epoch: integer(0, uint32Max),
  sequence: integer(0, Number.MAX_SAFE_INTEGER),
  issuedAtMs: instant,
  notBeforeMs: instant,
  expiresAtMs: instant,
  ttlMs: integer(1, uint32Max),
  kind: oneOf(leaseKinds),
  powerW: power,
  reactiveVar: power,
  rampWPerS: optional(ramp),
  priority: integer(0, 9),
  onExpire: {
    must: "be ramp-to-zero (rampWPerS above 0, if given), hold (forMs, then ramp-to-zero) or local, and nothing more",
    accepts: isOnExpire,
  },
  powerWMin: optional(power),
  powerWMax: optional(power),
  schedule: optional({
    must: `be 1 to ${scheduleEntriesMax} entries of startMs, endMs and powerW in order of time, none beginning before the last has ended`,
    accepts: isSchedule,
  }),
  reserves: optional({
    must: `be at most ${readyServicesMax} different services, each with a powerW of 0 or more`,
    accepts: areReadyServices,
  }),
  reason: text(/^[^\p{Cc}]{0,200}$/u, "be at most 200 printable characters"),
};

function isOnExpire(value: unknown): boolean {
  const action = (value as { action?: unknown } | null)?.action;
  if (typeof action !== "string" || !Object.hasOwn(onExpireRules, action)) return false;
  return checkFields("lease", value, onExpireRules[action as OnExpire["action"]], "refused").ok;
}

const onExpireRules: Readonly<Record<OnExpire["action"], Readonly<Record<string, FieldRule>>>> = {
  "ramp-to-zero": { action: oneOf(["ramp-to-zero"]), rampWPerS: optional(ramp) },
  // biome-ignore lint/suspicious/noThenProperty: a word on the wire, never a function, so nothing awaits it.
  hold: { action: oneOf(["hold"]), forMs: integer(1, uint32Max), then: oneOf(["ramp-to-zero"]) },
  local: { action: oneOf(["local"]) },
};

function isSchedule(value: unknown): boolean {
  if (!Array.isArray(value) || value.length < 1 || value.length > scheduleEntriesMax) return false;
  let endedMs = 0;
  return value.every((entry: ScheduleEntry) => {
    if (!checkFields("lease", entry, entryRules, "refused").ok) return false;
    const isInOrder = entry.startMs >= endedMs && entry.endMs > entry.startMs;
    endedMs = entry.endMs;
    return isInOrder;
  });
}

function areReadyServices(value: unknown): boolean {
  if (!Array.isArray(value) || value.length > readyServicesMax) return false;
  if (!value.every((entry) => checkFields("lease", entry, readyRules, "refused").ok)) return false;
  return new Set(value.map(({ service }: ReadyService) => service)).size === value.length;
}

const readyRules: Readonly<Record<keyof ReadyService, FieldRule>> = {
  service: text(/^[^\p{Cc}]{1,64}$/u, "be 1 to 64 printable characters"),
  powerW: number(0, powerMax),
};

const entryRules: Readonly<Record<keyof ScheduleEntry, FieldRule>> = {
  startMs: instant,
  endMs: instant,
  powerW: power,
};

/** Fields that are each in range and together make no sense. */
function contradiction(lease: Lease): Result<Lease, LeaseError> | undefined {
  const invalid = (field: keyof Lease, must: string) =>
    fail<LeaseError>({ code: `lease.invalid-${field}`, field, must });
  if (lease.expiresAtMs <= lease.notBeforeMs) return invalid("expiresAtMs", "be after notBeforeMs");
  if (lease.expiresAtMs <= lease.issuedAtMs) return invalid("expiresAtMs", "be after issuedAtMs");
  if (lease.kind === "schedule" && lease.schedule === undefined) return invalid("schedule", "be given by a schedule");
  if (lease.kind !== "schedule" && lease.schedule !== undefined) {
    return invalid("schedule", "be absent unless the kind is schedule");
  }
  if (lease.kind !== "setpoint" && lease.reserves !== undefined) {
    return invalid("reserves", "be absent unless the kind is setpoint");
  }
  const { powerWMin, powerWMax } = lease;
  if (lease.kind !== "limit") {
    if (powerWMin !== undefined) return invalid("powerWMin", "be absent unless the kind is limit");
    if (powerWMax !== undefined) return invalid("powerWMax", "be absent unless the kind is limit");
    return undefined;
  }
  if (powerWMin === undefined && powerWMax === undefined) return invalid("powerWMax", "be given by a limit");
  if (powerWMin !== undefined && powerWMax !== undefined && powerWMin > powerWMax) {
    return invalid("powerWMin", "be at most powerWMax");
  }
  return undefined;
}
