import type { UtcMs } from "@penstock/protocol/units";
import type { ColumnType } from "../../duckdb/duckdb.ts";
import type { DocumentEntry } from "../../store/index.ts";
import type { KnownRecord } from "../../store/store-reader.ts";

/** Columns in the order of the file. Names say the unit last: `power_w`, `price_per_mwh`, `known_utc`. */
export type Columns = Readonly<Record<string, ColumnType>>;

/** A row by column name, null where something is not known. Instants are UTC ms. */
export type RowOf<C extends Columns> = { readonly [Name in keyof C]: CellOf<C[Name]> | null };

type CellOf<T extends ColumnType> = {
  readonly text: string;
  readonly number: number;
  readonly integer: number;
  readonly boolean: boolean;
  readonly utc: UtcMs;
}[T];

/** Every table has both times: what a row is about, and when we learned it. */
export const bitemporal = { known_utc: "utc", about_utc: "utc" } as const satisfies Columns;

export interface Dataset<Source, C extends Columns = Columns> {
  /** Its folder below the export, and its table in SQL. */
  readonly name: string;
  /** One line for whoever opens the folder. */
  readonly text: string;
  readonly columns: C;
  /** The column that is a folder, `site=park`, and so not in the file; besides it each file is of one `known_date`. */
  readonly partition?: string;
  rowsOf(source: Source): readonly RowOf<C>[];
}

/** One table made of documents of the money path of one kind; of a kind may come several. */
export type DocumentDataset<C extends Columns = Columns> = Dataset<DocumentEntry, C> & { readonly kind: string };

/** One table made of what sites sent, partitioned by site. */
export type RecordDataset<C extends Columns = Columns> = Dataset<KnownRecord, C>;

/** When a document was known, and the market interval it is about. */
export const timesOf = ({ knownAtMs, intervalStartMs }: DocumentEntry) => ({
  known_utc: knownAtMs,
  about_utc: intervalStartMs,
});
