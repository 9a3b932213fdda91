import type { Lease } from "@penstock/protocol/lease";
import type { DeliveryStep } from "../../../dispatch/delivery-ledger.ts";
import { bitemporal, type DocumentDataset, timesOf } from "../dataset.ts";

const leaseColumns = {
  ...bitemporal,
  lease_id: "text",
  site: "text",
  trading_unit: "text",
  issued_utc: "utc",
  expires_utc: "utc",
  power_w: "number",
  reactive_var: "number",
  ramp_w_per_s: "number",
  reason: "text",
} as const;

/** Every lease granted to a site. */
export const leases: DocumentDataset<typeof leaseColumns> = {
  name: "leases",
  kind: "lease",
  text: "every lease granted to a site, + discharge",
  columns: leaseColumns,
  rowsOf(entry) {
    const lease = entry.body as Lease;
    return [
      {
        ...timesOf(entry),
        lease_id: lease.id,
        site: entry.siteId ?? null,
        trading_unit: entry.unitId ?? null,
        issued_utc: lease.issuedAtMs,
        expires_utc: lease.expiresAtMs,
        power_w: lease.powerW,
        reactive_var: lease.reactiveVar,
        ramp_w_per_s: lease.rampWPerS ?? null,
        reason: lease.reason,
      },
    ];
  },
};

const deliveryColumns = {
  ...bitemporal,
  lease_id: "text",
  site: "text",
  trading_unit: "text",
  /** received, accepted, applied (written), read-back, clamped, measured, rejected, expired or superseded. */
  state: "text",
  /** Wall time of the site. */
  happened_utc: "utc",
  power_w: "number",
  refused_because: "text",
  /** Limits that shaped it, comma separated. */
  limited_by: "text",
} as const;

/** Each step of each lease from received to measured, as the site told it. */
export const deliveries: DocumentDataset<typeof deliveryColumns> = {
  name: "deliveries",
  kind: "delivery",
  text: "what sites made of each lease, step by step",
  columns: deliveryColumns,
  rowsOf(entry) {
    const { leaseId, state, atMs, powerW, code, because } = entry.body as DeliveryStep & { readonly leaseId: string };
    return [
      {
        ...timesOf(entry),
        lease_id: leaseId,
        site: entry.siteId ?? null,
        trading_unit: entry.unitId ?? null,
        state,
        happened_utc: atMs,
        power_w: powerW ?? null,
        refused_because: code ?? null,
        limited_by: because?.join(",") ?? null,
      },
    ];
  },
};
