import { auctionTraders } from "../lab/day-ahead-backtest/backtest-day-ahead.ts";
import { recordedMarkets } from "../lab/interval-backtest/market-formats.ts";
import { intervalTraders } from "../lab/interval-backtest/traders.ts";

export function backtestHelp(): string {
  const list = (shelf: Readonly<Record<string, { readonly text: string }>>): string =>
    Object.entries(shelf)
      .map(([name, { text }]) => `    ${name.padEnd(14)} ${text}`)
      .join("\n");
  return `fleetctl backtest --market NAME --prices FILE[,FILE...] [OPTIONS]

Runs a strategy over recorded prices as it would have run then: before each interval it places a curve with what was
known, is cleared at the price that came, and is set against a battery that knew every price. Money is after wear.

  --market NAME
${list(recordedMarkets)}
    day-ahead      hourly auctions with published forecasts beside the price; by default the last 728 days count
  --prices FILES       CSV or CSV.gz; several are stretches of one market. Or the operator's own files, as they come
                       (zip, see fleetctl prices --help); generic takes those of every operator
  --series NAME        which region, node or zone of the operator's files
  --covariates FILES   series published the day before: a time and columns of numbers
  --learn-from DATE    first day to learn from (default: the first there is)
  --from DATE          first day that counts (default: 30 days of learning later)
  --to DATE            the day after the last (default: the end)
  --power-mw 100  --energy-mwh 200  --efficiency 0.8464 (there and back)  --cost-per-mwh 10 (discharged)
  --soc-start 0        state of charge to begin with, 0 to 1
  --strategy NAME
${list(intervalTraders)}
                       in a day-ahead auction
${list(auctionTraders)}
                       or your own, ./FILE.ts: one exported function of the battery (cloud/lab/README.md shows 20 lines)
  --columns time=HEADING,price=HEADING[,dayAhead=HEADING][,demand=HEADING]
  --timezone ZONE      clock of stamps without an offset, such as America/New_York (default for generic: UTC)
  --interval-start | --interval-end   what the stamps mean
  --fill-gaps MIN      fill gaps up to so long with the last value, and say how many (default: refuse any gap)
  --shuffle            shuffle the days that count, interval by interval: a share above the naive level is a leak
                       (an auction is forecast anew for it, which takes a while)
  --as-bids            through the market's own bids: bands fixed the day before, whole megawatts (nem, 5 minutes);
                       without it curves are cleared as they are
  --report FILE        write the report as one HTML page
  --workers N          threads (default: one a core)
  --out DIR, --fresh   where learned models are kept so that a stopped run goes on; --fresh keeps none
  --progress           say how far it is, on stderr (a terminal is always told)
  --json               one JSON object on the last line of stdout

Ends with 0, with 1 when the prices do not allow it or it earned more than hindsight, 2 for a mistake in the command.

  fleetctl backtest --market nem --prices price_demand_5min_2023_NSW1.csv.gz --json
`;
}
