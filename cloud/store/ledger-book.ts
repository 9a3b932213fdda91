import type { QuarantinedRecord, StoredCounts, TelemetryRecord } from "./cloud-store.ts";
import {
  emptyLedger,
  missingOf,
  type NumberedRecord,
  type StreamKey,
  type StreamLedger,
  takeRecord,
} from "./stream-ledger.ts";

/** The ledgers of all streams. A batch is tried on a draft, which becomes the book only when it is on disk. */
export class LedgerBook {
  readonly #ledgers = new Map<string, StreamLedger>();

  constructor(ledgers: readonly StreamLedger[]) {
    for (const ledger of ledgers) this.#ledgers.set(keyOf(ledger), ledger);
  }

  get(key: StreamKey): StreamLedger | undefined {
    return this.#ledgers.get(keyOf(key));
  }

  of(siteId: string): readonly StreamLedger[] {
    return [...this.#ledgers.values()].filter((ledger) => ledger.siteId === siteId);
  }

  counts(quarantined: number): StoredCounts {
    let stored = 0;
    let redelivered = 0;
    let missing = 0;
    for (const ledger of this.#ledgers.values()) {
      stored += ledger.received;
      redelivered += ledger.redelivered;
      missing += missingOf(ledger);
    }
    return { stored, redelivered, missing, quarantined };
  }

  draft(records: readonly TelemetryRecord[], quarantine: readonly Omit<QuarantinedRecord, "knownAtMs">[]): LedgerDraft {
    const touched = new Map<string, StreamLedger>();
    const take = (key: StreamKey, record: NumberedRecord): boolean => {
      const id = keyOf(key);
      const held = touched.get(id) ?? this.#ledgers.get(id) ?? emptyLedger(key);
      const { ledger, isNew } = takeRecord(held, record);
      touched.set(id, ledger);
      return isNew;
    };
    const applied: TelemetryRecord[] = [];
    const repeated: TelemetryRecord[] = [];
    for (const record of records) (take(record, record) ? applied : repeated).push(record);
    const quarantined = quarantine.filter(({ siteId, key }) => key === undefined || take({ siteId, ...key }, key));
    return { applied, repeated, quarantined, ledgers: [...touched.values()] };
  }

  accept({ ledgers }: LedgerDraft): void {
    for (const ledger of ledgers) this.#ledgers.set(keyOf(ledger), ledger);
  }
}

export interface LedgerDraft {
  readonly applied: readonly TelemetryRecord[];
  readonly repeated: readonly TelemetryRecord[];
  readonly quarantined: readonly Omit<QuarantinedRecord, "knownAtMs">[];
  readonly ledgers: readonly StreamLedger[];
}

const keyOf = ({ siteId, epoch, stream }: StreamKey): string => `${siteId}\n${epoch}\n${stream}`;

/** Whether a record came again with other contents than the first time. */
export const differs = (
  first: Pick<TelemetryRecord, "aboutMs" | "values">,
  again: Pick<TelemetryRecord, "aboutMs" | "values">,
): boolean => first.aboutMs !== again.aboutMs || JSON.stringify(first.values) !== JSON.stringify(again.values);
