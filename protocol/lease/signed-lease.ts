import { type CodedError, fail, ok, type Result } from "../result/index.ts";
import { type EnvelopeError, type SigningKey, signEnvelope, type TrustedKey, verifyEnvelope } from "./dsse.ts";
import { encodeLease, type Lease, type LeaseError, parseLease } from "./lease.ts";

/** The type is signed with the body, so an envelope of another kind by the same key is never a lease. */
export const leasePayloadType = "application/vnd.penstock.lease+json";

export interface SignedLease {
  readonly lease: Lease;
  /** Who signed, by key id; at least one. Whether that is enough is {@link approvalsRequired}'s question. */
  readonly signedBy: readonly string[];
}

/** The envelope bytes for the `Dispatch/Lease` metric. */
export function issueLease(lease: Lease, keys: readonly SigningKey[]): Uint8Array {
  return signEnvelope(encodeLease(lease), leasePayloadType, keys);
}

/** Verifies first and reads second: nothing unsigned reaches the parser. */
export function openLease(
  bytes: Uint8Array,
  trustedKeys: readonly TrustedKey[],
  requiredSignatures = 1,
): Result<SignedLease, EnvelopeError | LeaseError | WrongType> {
  const envelope = verifyEnvelope(bytes, trustedKeys, requiredSignatures);
  if (!envelope.ok) return envelope;
  const { payloadType, body, signedBy } = envelope.value;
  if (payloadType !== leasePayloadType) {
    return fail({ code: "lease.wrong-type", payloadType: payloadType.slice(0, 100), wanted: leasePayloadType });
  }
  const lease = parseLease(body);
  return lease.ok ? ok({ lease: lease.value, signedBy }) : lease;
}

interface WrongType extends CodedError {
  readonly code: "lease.wrong-type";
}
