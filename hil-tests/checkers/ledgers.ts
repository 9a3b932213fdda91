import { STREAMS, type StreamName } from "@penstock/edge/store/edge-store.ts";

/** A site's records, both sides' books compared. */
export interface Account {
  /** Numbers the site has given out. */
  readonly stored: number;
  readonly acknowledged: number;
  /** Numbers that are neither in the cloud nor still on the site's own disk: gone. */
  readonly lost: number;
  /** Numbers the cloud counted more often than once. */
  readonly duplicated: number;
}

/** What of a site's disk a judge needs. */
export interface SiteBooks {
  readonly epoch: string;
  stats(): {
    readonly stored: Readonly<Record<StreamName, number>>;
    readonly acknowledged: Readonly<Record<StreamName, number>>;
  };
  /** What is still there to be sent. */
  read(
    stream: StreamName,
    after: number,
    limit: number,
  ): readonly { readonly sequence: number; readonly folded?: { readonly fromSequence: number } }[];
}

/** How often the cloud applied one number of one stream. */
export type TimesApplied = (epoch: string, stream: StreamName, sequence: number) => number;

/**
 * Goes through every number a site ever gave out: it must be in the cloud or still on the site's disk, and in the
 * cloud at most once.
 */
export function accountOf(site: SiteBooks, timesApplied: TimesApplied): Account {
  const { stored, acknowledged } = site.stats();
  let lost = 0;
  let duplicated = 0;
  for (const stream of STREAMS) {
    const onDisk = new Set<number>();
    for (const { sequence, folded } of site.read(stream, 0, Number.MAX_SAFE_INTEGER)) {
      for (let number = folded?.fromSequence ?? sequence; number <= sequence; number++) onDisk.add(number);
    }
    for (let number = 1; number <= stored[stream]; number++) {
      const times = timesApplied(site.epoch, stream, number);
      if (times === 0 && !onDisk.has(number)) lost++;
      if (times > 1) duplicated += times - 1;
    }
  }
  const sum = (counts: Readonly<Record<StreamName, number>>) =>
    STREAMS.reduce((total, stream) => total + counts[stream], 0);
  return { stored: sum(stored), acknowledged: sum(acknowledged), lost, duplicated };
}
