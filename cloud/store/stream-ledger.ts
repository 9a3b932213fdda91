import type { UtcMs } from "@penstock/protocol/units";

/** One gapless stream of one edge's database, as far as we have it. */
export interface StreamKey {
  readonly siteId: string;
  /** Identity of the edge's database: a new file is a new epoch, and its numbers start again from 1. */
  readonly epoch: string;
  readonly stream: string;
}

/**
 * What we hold of a stream. Sequences count from 1 without gaps at their source, so everything below
 * `highest` that we do not hold is missing and will be asked for by simply not being acknowledged.
 */
export interface StreamLedger extends StreamKey {
  /** We hold every sequence up to and including this one; 0 for none. */
  readonly completeUpTo: number;
  /** When the record `completeUpTo` was measured, wall clock of the site. */
  readonly completeUpToMs: UtcMs | null;
  /** What came before its predecessors, ascending and apart from one another. */
  readonly ahead: readonly SequenceRange[];
  readonly highest: number;
  /** Latest measuring time of any record held. */
  readonly newestMs: UtcMs | null;
  /** Numbers accounted for, quarantined ones included. */
  readonly received: number;
  /** How often one came that we already had. */
  readonly redelivered: number;
}

/** Both ends included. */
export interface SequenceRange {
  readonly from: number;
  readonly to: number;
  /** Measuring time of the record `to`. */
  readonly toMs: UtcMs;
}

export const emptyLedger = ({ siteId, epoch, stream }: StreamKey): StreamLedger => ({
  siteId,
  epoch,
  stream,
  completeUpTo: 0,
  completeUpToMs: null,
  ahead: [],
  highest: 0,
  newestMs: null,
  received: 0,
  redelivered: 0,
});

/**
 * The ledger once a record has come, and whether it brings anything we did not have. A summary stands for all
 * numbers from `foldedFrom` to its own: the site's disk was full and it thinned them.
 */
export function takeRecord(
  ledger: StreamLedger,
  { sequence, foldedFrom = sequence, aboutMs }: NumberedRecord,
): { readonly ledger: StreamLedger; readonly isNew: boolean } {
  if (holds(ledger, foldedFrom, sequence)) {
    return { ledger: { ...ledger, redelivered: ledger.redelivered + 1 }, isNew: false };
  }
  const from = Math.max(foldedFrom, ledger.completeUpTo + 1);
  const ranges = insert(ledger.ahead, { from, to: sequence, toMs: aboutMs });
  const first = ranges[0];
  const isContiguous = first !== undefined && first.from === ledger.completeUpTo + 1;
  const completeUpTo = isContiguous ? first.to : ledger.completeUpTo;
  const ahead = isContiguous ? ranges.slice(1) : ranges;
  return {
    isNew: true,
    ledger: {
      ...ledger,
      completeUpTo,
      completeUpToMs: isContiguous ? first.toMs : ledger.completeUpToMs,
      ahead,
      highest: Math.max(ledger.highest, sequence),
      newestMs: Math.max(ledger.newestMs ?? aboutMs, aboutMs) as UtcMs,
      received: completeUpTo + ahead.reduce((sum, range) => sum + range.to - range.from + 1, 0),
    },
  };
}

export interface NumberedRecord {
  readonly sequence: number;
  readonly foldedFrom?: number;
  readonly aboutMs: UtcMs;
}

/** Whether every number from `from` to `to` has come. */
export const holds = ({ completeUpTo, ahead }: StreamLedger, from: number, to: number): boolean =>
  to <= completeUpTo || ahead.some((range) => range.from <= Math.max(from, completeUpTo + 1) && to <= range.to);

/** Sequences known to exist that have not come. */
export const missingOf = ({ highest, received }: StreamLedger): number => highest - received;

/** Where they are: both ends included, ascending. */
export const gapsOf = ({
  completeUpTo,
  ahead,
}: StreamLedger): readonly { readonly from: number; readonly to: number }[] =>
  ahead.map(({ from }, index) => ({ from: (ahead[index - 1]?.to ?? completeUpTo) + 1, to: from - 1 }));

/**
 * Up to which instant we hold everything a site measured. A stream without gaps holds nothing back, however
 * long ago its last record was. Null when a stream has a gap right at its beginning, or nothing came yet.
 */
export function completeUpToMs(ledgers: readonly StreamLedger[]): UtcMs | null {
  const broken = ledgers.filter((ledger) => ledger.ahead.length > 0).map((ledger) => ledger.completeUpToMs);
  if (broken.includes(null)) return null;
  const whole = ledgers.flatMap(({ newestMs }) => newestMs ?? []);
  if (broken.length > 0) return Math.min(...broken.flatMap((ms) => ms ?? [])) as UtcMs;
  return whole.length === 0 ? null : (Math.max(...whole) as UtcMs);
}

/** Ranges stay ascending, and neighbours become one. */
function insert(ranges: readonly SequenceRange[], added: SequenceRange): readonly SequenceRange[] {
  const at = ranges.findIndex(({ to }) => to >= added.from - 1);
  if (at === -1) return [...ranges, added];
  const merged: SequenceRange[] = ranges.slice(0, at);
  let current = added;
  let next = at;
  for (; next < ranges.length; next++) {
    const range = ranges[next] as SequenceRange;
    if (range.from > current.to + 1) break;
    current = {
      from: Math.min(current.from, range.from),
      to: Math.max(current.to, range.to),
      toMs: range.to > current.to ? range.toMs : current.toMs,
    };
  }
  return [...merged, current, ...ranges.slice(next)];
}
