import { STREAMS, type StreamName } from "@penstock/edge/store/edge-store.ts";
import type { Database } from "better-sqlite3";
import type { SiteBooks, TimesApplied } from "./ledgers.ts";

/** An edge's database, read by its tables and not through the edge's own code. */
export function edgeBooks(database: Database): SiteBooks {
  const streams = database.prepare("SELECT name, last_sequence, acknowledged FROM streams").all() as {
    name: StreamName;
    last_sequence: number;
    acknowledged: number;
  }[];
  const { value: epoch } = database.prepare("SELECT value FROM meta WHERE key = 'epoch'").get() as { value: string };
  const each = (of: (row: (typeof streams)[number]) => number) => {
    const counts = { settlement: 0, events: 0, telemetry: 0 };
    for (const row of streams) counts[row.name] = of(row);
    return counts;
  };
  return {
    epoch,
    stats: () => ({
      stored: each(({ last_sequence }) => last_sequence),
      acknowledged: each(({ acknowledged }) => acknowledged),
    }),
    read(stream) {
      const rows = database
        .prepare("SELECT sequence, from_sequence FROM records WHERE stream = ? ORDER BY sequence")
        .all(STREAMS.indexOf(stream)) as { sequence: number; from_sequence: number | null }[];
      return rows.map(({ sequence, from_sequence }) => ({
        sequence,
        ...(from_sequence !== null && { folded: { fromSequence: from_sequence } }),
      }));
    },
  };
}

/** How often each number stands in the cloud's database, quarantined ones included: they are held, and said to be. */
export function cloudCounts(database: Database, siteId: string): TimesApplied {
  const rows = database
    .prepare(
      `SELECT s.epoch, s.stream, r.sequence, r.folded_from AS first
       FROM record r JOIN stream s USING (stream_id) WHERE s.site = ?`,
    )
    .all(siteId) as { epoch: string; stream: string; sequence: number; first: number }[];
  const times = new Map<string, number>();
  const count = (epoch: string, stream: string, sequence: number) => {
    const key = `${epoch}\n${stream}\n${sequence}`;
    times.set(key, (times.get(key) ?? 0) + 1);
  };
  for (const { epoch, stream, sequence, first } of rows) {
    for (let number = first; number <= sequence; number++) count(epoch, stream, number);
  }
  const quarantined = database.prepare("SELECT key FROM quarantine WHERE site = ? AND key IS NOT NULL").all(siteId);
  for (const { key } of quarantined as { key: string }[]) {
    const { epoch, stream, sequence } = JSON.parse(key) as { epoch: string; stream: string; sequence: number };
    count(epoch, stream, sequence);
  }
  return (epoch, stream, sequence) => times.get(`${epoch}\n${stream}\n${sequence}`) ?? 0;
}
