import { bytes } from "../../cli/words.ts";
import { type Check, checkOf, critical, isOk, warning } from "../check.ts";

/** Does it keep what it must? */
export const storeChecks: readonly Check[] = [
  checkOf(
    "records are stored",
    "what is in memory only is lost with the process",
    "sitectl explain store.unavailable",
    (facts) => facts.store,
    ({ storing, heldRecords }) =>
      storing && heldRecords === 0 ? isOk("they are") : critical(`${heldRecords} in memory only`),
  ),
  checkOf(
    "the telemetry budget has room",
    "beyond it the oldest telemetry is thinned",
    "connect the cloud, or budgetMB in the site's file",
    (facts) => facts.store,
    ({ telemetryBytes, budgetBytes }) => {
      const share = telemetryBytes / budgetBytes;
      return share > 0.8 ? warning(`${(share * 100).toFixed(0)} % used`) : isOk(`${(share * 100).toFixed(1)} % used`);
    },
  ),
  checkOf(
    "the audit log is whole",
    "somebody altered it, or the disk did",
    "sitectl explain audit.broken",
    (facts) => facts.audit,
    ({ chain }) => (chain.ok ? isOk("the newest entries are") : critical(`broken at entry ${chain.error?.sequence}`)),
  ),
  checkOf(
    "the disk has room",
    "a full disk stores nothing, and leases are refused",
    "delete what is not ours, or a larger disk",
    (facts) => facts.box.disk,
    ({ freeBytes, totalBytes }) =>
      freeBytes < 200e6
        ? critical(`${bytes(freeBytes)} free`)
        : freeBytes < 0.05 * totalBytes
          ? warning(`${bytes(freeBytes)} free`)
          : isOk(`${bytes(freeBytes)} free`),
  ),
  checkOf(
    "the disk has inodes",
    "without them no file can be made, however much room there is",
    "du --inodes -x / | sort -n | tail: who keeps so many small files?",
    (facts) => facts.box.disk,
    ({ inodesFreeShare }) =>
      inodesFreeShare === null
        ? isOk("it does not count them")
        : inodesFreeShare < 0.02
          ? warning(`${(inodesFreeShare * 100).toFixed(1)} % free`)
          : isOk(`${(inodesFreeShare * 100).toFixed(0)} % free`),
  ),
  checkOf(
    "the store's folder can be written",
    "records and leases could not be kept",
    "its owner and mount options: read-only after an error?",
    (facts) => facts.box.disk,
    ({ isWritable }) => (isWritable ? isOk("by this user") : warning("not by this user")),
  ),
  checkOf(
    "the store is nobody else's to change",
    "it holds leases, latches and the audit log",
    "chmod o-rwx on its file",
    (facts) => facts.box.storeFileMode,
    (mode) =>
      (mode & 0o002) !== 0 ? critical(`mode ${mode.toString(8)}: anybody may write`) : isOk(`mode ${mode.toString(8)}`),
  ),
];
