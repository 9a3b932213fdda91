import { fail, invariant, ok, type Result } from "@penstock/protocol/result";
import { auditGenesis, chainAudit } from "./audit-chain.ts";
import type {
  AuditEntry,
  ChainedAuditEntry,
  NewRecord,
  StoredRecord,
  StoreImage,
  StoreNotice,
  StoreStats,
  StreamName,
} from "./edge-store.ts";
import { foldBlock, foldBlockMax, foldDownTo, foldLevel, foldWindowsMs, recordBytes } from "./fold.ts";

/** What a simulated site keeps over a kill of its process. Give each start of the process a new MemoryStore on it. */
export class MemoryDisk {
  readonly epoch: string;
  readonly budgetBytes: number;
  readonly audit: ChainedAuditEntry[] = [];
  /** Set, every operation fails with this detail: a disk that is full or gone. */
  broken: string | undefined;

  readonly #streams: Record<StreamName, MemoryStream> = {
    settlement: newStream(),
    events: newStream(),
    telemetry: newStream(),
  };
  readonly #facts = new Map<string, string>();
  #notices: StoreNotice[];
  #overBudgetSaid = false;

  constructor({ epoch, budgetBytes = 64e6 }: { epoch: string; budgetBytes?: number }) {
    this.epoch = epoch;
    this.budgetBytes = budgetBytes;
    this.#notices = [{ code: "store.new-epoch", epoch, reason: "there was no store yet" }];
  }

  image(): StoreImage {
    const { settlement, events, telemetry } = this.#streams;
    return {
      epoch: this.epoch,
      streams: { settlement: marks(settlement), events: marks(events), telemetry: marks(telemetry) },
      facts: Object.fromEntries([...this.#facts].map(([key, json]) => [key, JSON.parse(json) as unknown])),
    };
  }

  append(records: readonly NewRecord[]): readonly StoredRecord[] {
    const stored = records.map((record) => {
      const stream = this.#streams[record.stream];
      stream.lastSequence++;
      const kept: StoredRecord = { ...record, sequence: stream.lastSequence };
      stream.records.push(kept);
      stream.bytes += recordBytes(record);
      return kept;
    });
    this.#keepToBudget();
    return stored;
  }

  read(stream: StreamName, after: number, limit: number): readonly StoredRecord[] {
    const { records } = this.#streams[stream];
    const start = firstAfter(records, after);
    return records.slice(start, start + limit);
  }

  acknowledge(name: StreamName, upTo: number): Result<void> {
    const stream = this.#streams[name];
    if (upTo > stream.lastSequence) {
      return fail({ code: "store.never-stored", stream: name, upTo, lastSequence: stream.lastSequence });
    }
    for (const record of stream.records.splice(0, firstAfter(stream.records, upTo))) {
      stream.bytes -= recordBytes(record);
    }
    stream.acknowledged = Math.max(stream.acknowledged, upTo);
    return ok(undefined);
  }

  /** Through JSON, so that what a real disk could not give back does not survive here either. */
  put(key: string, value: unknown): void {
    this.#facts.set(key, JSON.stringify(value) ?? "null");
  }

  appendAudit(entry: AuditEntry): void {
    const last = this.audit.at(-1);
    this.audit.push(chainAudit(entry, (last?.sequence ?? 0) + 1, last?.hash ?? auditGenesis));
  }

  stats(): StoreStats {
    const { settlement, events, telemetry } = this.#streams;
    return {
      stored: {
        settlement: settlement.lastSequence,
        events: events.lastSequence,
        telemetry: telemetry.lastSequence,
      },
      acknowledged: {
        settlement: settlement.acknowledged,
        events: events.acknowledged,
        telemetry: telemetry.acknowledged,
      },
      fileBytes: settlement.bytes + events.bytes + telemetry.bytes,
      telemetryBytes: telemetry.bytes,
      budgetBytes: this.budgetBytes,
    };
  }

  takeNotices(): readonly StoreNotice[] {
    if (this.#notices.length === 0) return [];
    const taken = this.#notices;
    this.#notices = [];
    return taken;
  }

  #keepToBudget(): void {
    const stream = this.#streams.telemetry;
    if (stream.bytes <= this.budgetBytes) {
      this.#overBudgetSaid = false;
      return;
    }
    while (stream.bytes > this.budgetBytes * foldDownTo) {
      if (!this.#foldOnce(stream)) {
        if (!this.#overBudgetSaid) {
          const { budgetBytes } = this;
          this.#notices.push({ code: "store.over-budget", telemetryBytes: stream.bytes, budgetBytes });
        }
        this.#overBudgetSaid = true;
        return;
      }
    }
  }

  #foldOnce(stream: MemoryStream): boolean {
    for (let level = 0; level < foldWindowsMs.length; level++) {
      const start = stream.records.findIndex((record) => foldLevel(record) === level);
      if (start < 0) continue;
      let end = start;
      while (end < stream.records.length && end - start < foldBlockMax && isLevel(stream.records[end], level)) end++;
      const fold = foldBlock(stream.records.slice(start, end), level);
      invariant(fold !== undefined, "a level below the coarsest can always be folded");
      stream.records.splice(start, fold.folded.length, ...fold.summaries);
      for (const record of fold.folded) stream.bytes -= recordBytes(record);
      for (const record of fold.summaries) stream.bytes += recordBytes(record);
      const { fromSequence, toSequence } = fold;
      this.#notices.push({
        code: "store.folded",
        fromSequence,
        toSequence,
        records: fold.folded.length,
        summaries: fold.summaries.length,
      });
      return true;
    }
    return false;
  }
}

interface MemoryStream {
  lastSequence: number;
  acknowledged: number;
  bytes: number;
  readonly records: StoredRecord[];
}

const newStream = (): MemoryStream => ({ lastSequence: 0, acknowledged: 0, bytes: 0, records: [] });

const marks = ({ lastSequence, acknowledged }: MemoryStream) => ({ lastSequence, acknowledged });

const isLevel = (record: StoredRecord | undefined, level: number): boolean =>
  record !== undefined && foldLevel(record) === level;

/** Index of the first record with a sequence above `after`. */
function firstAfter(records: readonly StoredRecord[], after: number): number {
  let low = 0;
  let high = records.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((records[middle] as StoredRecord).sequence > after) high = middle;
    else low = middle + 1;
  }
  return low;
}
