import { ok, type Result } from "../result/index.ts";
import type { UtcMs, W } from "../units/index.ts";
import {
  checkFields,
  type FieldRule,
  type InvalidField,
  integer,
  number,
  oneOf,
  optional,
  parseJson,
  text,
} from "./field-rules.ts";

export const leaseAckStates = [
  "received",
  "accepted",
  "clamped",
  "rejected",
  "expired",
  "superseded",
  "applied",
  "read-back",
  "measured",
] as const;
export type LeaseAckState = (typeof leaseAckStates)[number];

/**
 * What became of a lease, as the site reports it in `Dispatch/Ack`. A clamp is not a rejection. `read-back`: every
 * set-point it had written stood in its device when that was read again; sites of earlier versions never say so.
 */
export interface LeaseAck {
  readonly leaseId: string;
  readonly sequence: number;
  readonly state: LeaseAckState;
  /** Why it was rejected: the code of the refusal. */
  readonly code?: string;
  /** The limits that shaped it, most binding first. */
  readonly because?: readonly string[];
  /** Positive is out. Clamped: commanded; applied: sent to the devices; read-back: as they showed it; measured: at the meter. */
  readonly powerW?: W;
  readonly atMs: UtcMs;
}

/** Reads an acknowledgement. A field a newer site has added is ignored. */
export function parseLeaseAck(bytes: Uint8Array): Result<LeaseAck, InvalidField<"lease-ack">> {
  const json = parseJson("lease-ack", bytes);
  if (!json.ok) return json;
  const checked = checkFields("lease-ack", json.value, rules, "ignored");
  return checked.ok ? ok(checked.value as unknown as LeaseAck) : checked;
}

export function encodeLeaseAck(ack: LeaseAck): Uint8Array {
  return new TextEncoder().encode(JSON.stringify(ack));
}

const shortText = text(/^[^\p{Cc}]{1,100}$/u, "be 1 to 100 printable characters");

const rules: Readonly<Record<keyof LeaseAck, FieldRule>> = {
  leaseId: shortText,
  sequence: integer(0, Number.MAX_SAFE_INTEGER),
  state: oneOf(leaseAckStates),
  code: optional(shortText),
  because: {
    must: "be at most 64 short texts",
    accepts: (value) => Array.isArray(value) && value.length <= 64 && value.every(shortText.accepts),
    optional: true,
  },
  powerW: optional(number(-1e10, 1e10)),
  atMs: integer(0, Date.UTC(2200, 0)),
};
