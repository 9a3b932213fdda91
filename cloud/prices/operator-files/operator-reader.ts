import type { Result } from "@penstock/protocol/result";
import type { Currency, Ms } from "@penstock/protocol/units";
import type { PriceFileError } from "../parse-price-text.ts";
import type { ObservationBook } from "./observation-book.ts";
import type { TextFile } from "./text-files.ts";

/** How one operator publishes. A reader is one file on this shelf and one line in its index. */
export interface OperatorReader {
  readonly name: string;
  readonly text: string;
  readonly currency: Currency;
  /** An IANA zone, or minutes ahead of UTC all year: what its days are. */
  readonly clock: string | number;
  readonly tables: Readonly<Record<string, OperatorTable>>;
  /** Whether a file that begins with this line is of this operator. */
  readonly recognises: (firstLine: string) => boolean;
  /** Puts every row of a file into the book. */
  readonly read: (file: TextFile, book: ObservationBook) => Result<null, PriceFileError>;
}

export interface OperatorTable {
  readonly text: string;
  /** The value that is the price; of a table without one, the first value. */
  readonly valueColumn: string;
  /** How a price that is said twice is dealt with. */
  readonly rule: string;
  /** Only recorded prices can be traded on; of a forecast several runs tell of one interval. */
  readonly holds: "prices" | "forecasts" | "demand";
  /** When a price is known, counted from the start of its interval. */
  readonly knownAfterStartMs: Ms;
}
