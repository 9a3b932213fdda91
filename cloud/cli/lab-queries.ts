/** Questions people ask an export first, as SQL that runs on any. */
export const labQueries: readonly { readonly asks: string; readonly sql: string }[] = [
  {
    asks: "what each day brought, and what was promised and not delivered",
    sql: "SELECT date_trunc('day', about_utc) AS day, currency, sum(amount) AS amount, sum(shortfall_wh) / 1e6 AS short_mwh FROM settlements GROUP BY ALL ORDER BY day",
  },
  {
    asks: "how far each forecaster was off",
    sql: "SELECT forecaster, count(*) AS intervals, avg(abs(f.price_per_mwh - p.price_per_mwh)) AS mae FROM forecasts f JOIN prices p USING (about_utc) WHERE f.statistic = 'mean' GROUP BY ALL",
  },
  {
    asks: "which rule refused bids, and how many",
    sql: "SELECT market, refused_by, count(*) AS bids FROM bids WHERE refused_by <> '' GROUP BY ALL ORDER BY bids DESC",
  },
  {
    asks: "what held sites back from their leases",
    sql: "SELECT site, limited_by, count(*) AS times FROM deliveries WHERE limited_by <> '' GROUP BY ALL ORDER BY times DESC",
  },
  {
    asks: "how late measurements arrive: 99 of 100 within so many ms",
    sql: "SELECT site, quantile_cont(epoch_ms(known_utc) - epoch_ms(about_utc), 0.99) AS late_ms FROM telemetry GROUP BY site",
  },
];
