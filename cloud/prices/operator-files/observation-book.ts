import type { UtcMs } from "@penstock/protocol/units";
import type { DuplicateReport } from "./read-report.ts";
import type { TextFile } from "./text-files.ts";

/** What one row says of one interval of one series. */
export interface Observation {
  readonly table: string;
  readonly series: string;
  /** Of a forecast: the run that made it. */
  readonly run?: string;
  readonly startMs: number;
  readonly lengthMs: number;
  /** By column; a cell that says it has no value is NaN. */
  readonly values: Readonly<Record<string, number>>;
  /** When several rows speak of one interval the one of the highest rank counts: a later publication. */
  readonly rank: number;
  readonly file: TextFile;
  readonly line: number;
}

/** What is held of one interval. */
export interface HeldInterval {
  readonly startMs: UtcMs;
  readonly lengthMs: number;
  readonly rank: number;
  /** NaN where nothing may be counted on: an empty cell, or two rows that contradict each other. */
  readonly values: Record<string, number>;
}

export interface HeldSeries {
  readonly series: string;
  readonly run: string | undefined;
  readonly intervals: ReadonlyMap<number, HeldInterval>;
}

/** Intervals held at once, of all series; more than this of all nodes of a market is for `--series`. */
export const INTERVALS_MAX = 4_000_000;
const CONFLICTS_SHOWN = 20;

export interface BookWish {
  /** Only these series; all when absent. */
  readonly series?: ReadonlySet<string>;
}

/** Collects what the files say, each interval once, and counts what was left out and why. */
export class ObservationBook {
  readonly otherRows = new Map<string, number>();
  readonly unread = new Map<string, { readonly isKnown: boolean }>();
  readonly notes = new Set<string>();
  readonly files: { readonly source: string; rows: number }[] = [];
  /** A file has other lines than it says. */
  isCut = false;
  readonly #tables = new Map<string, TableBook>();
  readonly #wish: BookWish;
  #intervals = 0;

  constructor(wish: BookWish = {}) {
    this.#wish = wish;
  }

  get isFull(): boolean {
    return this.#intervals >= INTERVALS_MAX;
  }

  get tableNames(): readonly string[] {
    return [...this.#tables.keys()];
  }

  table(name: string): TableBook | undefined {
    return this.#tables.get(name);
  }

  beginFile(source: string): void {
    this.files.push({ source, rows: 0 });
  }

  add(observation: Observation): void {
    const file = this.files.at(-1);
    if (file !== undefined) file.rows += 1;
    let table = this.#tables.get(observation.table);
    if (table === undefined) {
      table = new TableBook();
      this.#tables.set(observation.table, table);
    }
    table.rows += 1;
    table.seen.add(observation.series);
    if (this.#wish.series !== undefined && !this.#wish.series.has(observation.series)) return;
    if (table.take(observation)) this.#intervals += 1;
  }

  /** A row that is none of a price: another table, another kind. */
  leaveOut(what: string): void {
    this.otherRows.set(what, (this.otherRows.get(what) ?? 0) + 1);
  }

  /** Columns of a header the reader does not use, and whether this format is known to have them. */
  leaveUnread(columns: readonly string[], isKnown: (column: string) => boolean): void {
    for (const column of columns) this.unread.set(column, { isKnown: isKnown(column) });
  }
}

/** One table of the files. */
export class TableBook {
  rows = 0;
  /** Every series there is, also those not wished for. */
  readonly seen = new Set<string>();
  readonly #series = new Map<
    string,
    { run: string | undefined; series: string; intervals: Map<number, HeldInterval> }
  >();
  /** Cells that say there is no value, by column. */
  readonly empty = new Map<string, number>();
  #identical = 0;
  #superseded = 0;
  #conflicting = 0;
  readonly #conflicts: DuplicateReport["conflicts"][number][] = [];

  get series(): readonly HeldSeries[] {
    return [...this.#series.values()];
  }

  duplicates(rule: string): DuplicateReport {
    return {
      rule,
      identical: this.#identical,
      superseded: this.#superseded,
      conflicting: this.#conflicting,
      conflicts: this.#conflicts,
    };
  }

  /** True when its interval was not known before. */
  take(observation: Observation): boolean {
    const { series, run, startMs, lengthMs, values, rank } = observation;
    for (const [column, value] of Object.entries(values))
      if (Number.isNaN(value)) this.empty.set(column, (this.empty.get(column) ?? 0) + 1);
    const key = run === undefined ? series : `${series} ${run}`;
    let held = this.#series.get(key);
    if (held === undefined) {
      held = { series, run, intervals: new Map() };
      this.#series.set(key, held);
    }
    const before = held.intervals.get(startMs);
    if (before === undefined) {
      held.intervals.set(startMs, { startMs: startMs as UtcMs, lengthMs, rank, values: { ...values } });
      return true;
    }
    if (rank > before.rank) {
      this.#superseded += 1;
      held.intervals.set(startMs, { startMs: startMs as UtcMs, lengthMs, rank, values: { ...values } });
    } else if (rank < before.rank) this.#superseded += 1;
    else this.#merge(before, observation);
    return false;
  }

  /** Two rows of one rank: columns the other lacks are added, equal ones counted once, contradictions kept by neither. */
  #merge(before: HeldInterval, { series, values, file, line }: Observation): void {
    let isNew = false;
    let isContradicted = false;
    for (const [column, value] of Object.entries(values)) {
      const held = before.values[column];
      if (held === undefined) {
        before.values[column] = value;
        isNew = true;
      } else if (!Object.is(held, value) && held !== value) {
        isContradicted = true;
        before.values[column] = Number.NaN;
        const conflict = { series, atMs: before.startMs, column, values: [held, value] as const };
        if (this.#conflicts.length < CONFLICTS_SHOWN) this.#conflicts.push({ ...conflict, source: file.source, line });
      }
    }
    if (isContradicted) this.#conflicting += 1;
    else if (!isNew) this.#identical += 1;
  }
}
