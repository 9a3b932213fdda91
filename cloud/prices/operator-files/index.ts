import { caisoOasis } from "./caiso-oasis.ts";
import { elexonPrices } from "./elexon-prices.ts";
import { entsoePrices } from "./entsoe-prices.ts";
import { ercotPrices } from "./ercot-prices.ts";
import { nemReports } from "./nem-reports.ts";
import type { OperatorReader } from "./operator-reader.ts";

/** The shelf: one file an operator. The first that recognises a file reads it. */
export const operatorReaders: readonly OperatorReader[] = [
  nemReports,
  ercotPrices,
  caisoOasis,
  entsoePrices,
  elexonPrices,
];
