import type { UtcMs } from "@penstock/protocol/units";
import { nemPriceFile } from "./nem-price-file.ts";
import { clearedPrice, type PriceSeries } from "./price-series.ts";
import { readPriceFile } from "./read-price-file.ts";
import type { ReservePrices } from "./reserve-prices.ts";

/**
 * The reserve prices that stand beside energy's in an operator's price file (`RAISE6SECRRP` and so on, AUD per MW and
 * hour); undefined for a file without any. A service without a column has no price, and is not enabled.
 */
export function recordedReservePrices(
  path: string,
  products: readonly string[],
  region: string | undefined,
): ReservePrices | undefined {
  const byProduct = new Map<string, PriceSeries>();
  for (const product of products) {
    const format = { ...nemPriceFile, priceColumns: [`${product}RRP`] };
    const read = readPriceFile(path, region === undefined ? { format } : { format, region });
    if (read.ok) byProduct.set(product, read.value);
  }
  if (byProduct.size === 0) return undefined;
  return {
    generated: false,
    at(product: string, startMs: UtcMs) {
      const series = byProduct.get(product);
      const price = series === undefined ? undefined : clearedPrice(series, startMs);
      return price?.ok === true ? price.value : undefined;
    },
  };
}
