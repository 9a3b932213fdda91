export { approvalsRequired, type Circumstances, widensLimit } from "./approvals-required.ts";
export {
  type Envelope,
  type EnvelopeError,
  envelopeBytesMax,
  pae,
  type SigningKey,
  signEnvelope,
  type TrustedKey,
  type VerifiedEnvelope,
  verifyEnvelope,
} from "./dsse.ts";
export type { InvalidField } from "./field-rules.ts";
export {
  privateKeyFromPem,
  privateKeyFromSeed,
  publicKeyFromPem,
  publicKeyFromRaw,
  publicKeyOf,
  publicKeyPem,
  publicKeyRaw,
} from "./keys.ts";
export {
  encodeLease,
  holdThenRampToZero,
  type Lease,
  type LeaseError,
  type LeaseKind,
  leaseKinds,
  type OnExpire,
  parseLease,
  type ReadyService,
} from "./lease.ts";
export {
  encodeLeaseAck,
  type LeaseAck,
  type LeaseAckState,
  leaseAckStates,
  parseLeaseAck,
} from "./lease-ack.ts";
export { issueLease, leasePayloadType, openLease, type SignedLease } from "./signed-lease.ts";
