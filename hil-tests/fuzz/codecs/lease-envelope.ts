import { isDeepStrictEqual } from "node:util";
import {
  issueLease,
  type Lease,
  openLease,
  privateKeyFromSeed,
  publicKeyFromPem,
  publicKeyPem,
} from "@penstock/protocol/lease";
import { invariant } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import { Ms, UtcMs, Var, W } from "@penstock/protocol/units";
import { type CodecUnderTest, expectThat } from "./codec.ts";
import { mutate } from "./mutate.ts";

/** A spoiled envelope opens only as the very lease that was signed: the spoiling then missed every byte that counts. */
export const leaseEnvelope: CodecUnderTest = {
  name: "lease-envelope",
  share: 1,
  begin(rng) {
    const keys = ["desk", "second"].map((keyId) => ({ keyId, privateKey: privateKeyFromSeed(rng.bytes(32)) }));
    const trusted = keys.map(({ keyId, privateKey }) => {
      const publicKey = publicKeyFromPem(publicKeyPem(privateKey));
      invariant(publicKey.ok, "a key reads back");
      return { keyId, publicKey: publicKey.value };
    });
    const signed = Array.from({ length: 64 }, (_, index) => {
      const lease = randomLease(rng, index);
      return { lease, bytes: issueLease(lease, rng.chance(0.5) ? keys : keys.slice(0, 1)) };
    });
    return () => {
      const { lease, bytes: good } = rng.pick(signed);
      const bytes = mutate(rng, good);
      const opened = openLease(bytes, trusted);
      if (bytes === good) expectThat(opened.ok, "a good lease is refused", good);
      if (!opened.ok) return "refused";
      expectThat(isDeepStrictEqual(opened.value.lease, lease), "opens as another lease", bytes);
      return "taken";
    };
  },
};

function randomLease(rng: Rng, index: number): Lease {
  return {
    v: 1,
    id: `lease-${index}`,
    audience: "penstock/park",
    issuer: "desk",
    epoch: 1,
    sequence: index + 1,
    issuedAtMs: UtcMs(1_750_000_000_000),
    notBeforeMs: UtcMs(1_750_000_000_000),
    expiresAtMs: UtcMs(1_750_000_300_000),
    ttlMs: Ms(300_000),
    kind: "setpoint",
    powerW: W(rng.integer(-20_000_000, 20_000_000)),
    reactiveVar: Var(0),
    priority: 5,
    onExpire: { action: "ramp-to-zero" },
    reason: "fuzz",
  };
}
