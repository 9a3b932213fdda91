export { type AcceptedLease, acceptLease, type LeaseCircumstances, type LeaseRefusal, refusalAck } from "./keeper.ts";
export { emptyBook, expireGrants, grantsOf, type LeaseBook, type LeaseFacts } from "./lease-book.ts";
export { type CorruptBook, type Restart, restoreBook } from "./restore-book.ts";
