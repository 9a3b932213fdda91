import type { CodedError, Result } from "@penstock/protocol/result";
import type { Currency, Ms, UtcMs } from "@penstock/protocol/units";

/** How one family of price files is written: which columns, which clock, what prices can be. */
export interface PriceFileFormat {
  readonly name: string;
  readonly currency: Currency;
  /** Names to look for in the header, in any letter case; the first that is there counts. */
  readonly timeColumns: readonly string[];
  readonly priceColumns: readonly string[];
  /** Files of several regions have one of these. */
  readonly regionColumns: readonly string[];
  /** Local time of the stamps is UTC plus this, all year. */
  readonly utcOffsetMs: number;
  readonly stamps: "interval-start" | "interval-end";
  readonly intervalLengthsMs: readonly Ms[];
  readonly knownAfterStartMs: Ms;
  /** Regions a file can be about, to tell it from the file's name when no column says it. */
  readonly regions: readonly string[];
  /** Cap and floor in force for the interval that starts at an instant. */
  limitsAt(startMs: UtcMs): Result<{ readonly floor: number; readonly cap: number }, CodedError>;
}
