import type { IngestEvent } from "@penstock/cloud/ingest/index.ts";

/**
 * What the cloud has applied, counted by a judge as it happens: every record by its number, how often. It outlives
 * the cloud's process and asks neither its store nor its ledger.
 */
export class RecordBook {
  readonly #streams = new Map<string, Uint8Array>();

  hear(event: IngestEvent): void {
    if (event.type !== "record") return;
    const { siteId, epoch, stream, sequence } = event.record;
    const from = foldedFrom(event.record) ?? sequence;
    for (let number = from; number <= sequence; number++) this.#count(`${siteId}\n${epoch}\n${stream}`, number);
  }

  times(siteId: string, epoch: string, stream: string, sequence: number): number {
    return this.#streams.get(`${siteId}\n${epoch}\n${stream}`)?.[sequence] ?? 0;
  }

  #count(key: string, sequence: number): void {
    let counts = this.#streams.get(key) ?? new Uint8Array(1024);
    if (sequence >= counts.length) {
      const longer = new Uint8Array(Math.max(sequence + 1, 2 * counts.length));
      longer.set(counts);
      counts = longer;
    }
    counts[sequence] = Math.min(255, (counts[sequence] ?? 0) + 1);
    this.#streams.set(key, counts);
  }
}

/** A summary stands for all numbers from its first to its own. */
function foldedFrom(record: { readonly foldedFrom?: number }): number | undefined {
  return record.foldedFrom;
}
