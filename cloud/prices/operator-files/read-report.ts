import type { UtcMs } from "@penstock/protocol/units";

/** What was found in operators' files: everything that was read, left out, missing or told twice. Instants are UTC. */
export interface ReadReport {
  readonly reader: string;
  readonly table: string;
  readonly files: readonly { readonly source: string; readonly rows: number }[];
  /** Rows of the table that was read. */
  readonly rows: number;
  /** Rows of other tables and of kinds the reader leaves aside, by what they are. */
  readonly otherRows: Readonly<Record<string, number>>;
  readonly series: readonly SeriesReport[];
  readonly duplicates: DuplicateReport;
  /** Cells that say there is no value, by column; where it is the price the interval is a gap. */
  readonly emptyValues: Readonly<Record<string, number>>;
  /** Days of the market's zone, within what was read, that have not 24 hours. */
  readonly clockChanges: readonly ClockChange[];
  /** Columns that the reader did not use. */
  readonly unreadColumns: readonly string[];
  /** Of those, the ones this format is not known to have. */
  readonly unknownColumns: readonly string[];
  readonly notes: readonly string[];
  /** No gap, no overlap, no conflict, and each file has the lines it says it has. */
  readonly whole: boolean;
}

export interface SeriesReport {
  readonly series: string;
  /** Of a forecast: the run that made it. */
  readonly run?: string;
  readonly intervals: number;
  readonly fromMs: UtcMs;
  readonly toMs: UtcMs;
  /** Every length of interval there is, in the order they come. */
  readonly intervalMinutes: readonly number[];
  readonly gaps: readonly Gap[];
  /** Intervals that begin before the one before them ends. */
  readonly overlaps: readonly UtcMs[];
}

export interface Gap {
  readonly fromMs: UtcMs;
  readonly toMs: UtcMs;
  /** How many intervals of the length before it are missing. */
  readonly intervals: number;
}

export interface DuplicateReport {
  readonly rule: string;
  /** Said again with the same value: counted once. */
  readonly identical: number;
  /** Replaced by a later publication, or older than the one at hand. */
  readonly superseded: number;
  /** Said twice with different values and nothing to tell the better one by: neither is kept. */
  readonly conflicting: number;
  /** The first of them. */
  readonly conflicts: readonly {
    readonly series: string;
    readonly atMs: UtcMs;
    readonly column: string;
    readonly values: readonly [number, number];
    readonly source: string;
    readonly line: number;
  }[];
}

export interface ClockChange {
  readonly date: string;
  readonly hours: number;
  /** Series that have every hour of that day, and all series that have any of it. */
  readonly wholeSeries: number;
  readonly seriesOfDay: number;
}
