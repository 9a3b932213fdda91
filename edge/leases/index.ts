export {
  type AcceptedLease,
  acceptLease,
  isBehind,
  type LeaseCircumstances,
  type LeaseRefusal,
  refusalAck,
} from "./keeper.ts";
export { emptyBook, expireGrants, grantsOf, type LeaseBook, type LeaseFacts } from "./lease-book.ts";
export { type CorruptBook, type Restart, restoreBook } from "./restore-book.ts";
