export const modelsHelp = `fleetctl models ls [--target NAME] [--json]
fleetctl models show ID [--json]
fleetctl models shadow [--target MARKET:SERIES] [--store FILE | --prices FILE [--from DATE] [--to DATE]] [--json]
fleetctl models train --target MARKET:SERIES --prices FILE [--model trees|NAME] [--from DATE] [--to DATE] [--json]
fleetctl models train --dataset epf:NAME --data DIR [--model NAME] [--days N] [--json]
fleetctl models register --onnx FILE --describe FILE --target MARKET:SERIES --prices FILE [--model NAME] [--json]
fleetctl models evaluate ID --prices FILE [--from DATE] [--to DATE] [--json]
fleetctl models promote ID [--json]
fleetctl models retire ID [--json]

  ls        every model that was judged: what it forecasts, how well, in which state
  show      one model: what it learned from, takes and gives, every figure
  shadow    every shadow beside the champion over the same days, whether it is nearer or that may be chance, and what
            promoting it would change: from what both said while a desk ran (the aggregator's store), or with --prices
            from forecasts made every hour of those days, a day ahead. Exit 1 where there is nothing to compare
  train     learn a model from recorded prices, judge it on later ones, register it as a shadow. Ctrl-C keeps what is
            done; the same command goes on from there
  register  take in a model made elsewhere, judge it on the last days of the prices, as a shadow. The describing file is
            JSON: version, text, intervalMinutes, inputs (features by name), quantiles, tensors (cloud/onnx/README.md)
  evaluate  judge a registered model on other prices, beside the figures it has; nothing is registered
  promote   make a model the champion of what it forecasts; the champion before it is retired. A desk whose
            configuration names the registry uses it from its next forecast on
  retire    use a model no longer

  --registry FILE  where models are kept (default .penstock/models.db)
  --target         nem:NSW1, or another market's series: of an operator's file the region, node or zone, of a table with
                   several columns of numbers one by its heading (UTC, interval start)
  --prices FILE    an operator's own file, or a table of prices, plain or gzipped
  --store FILE     the aggregator's store (default: that of the one that runs, or last ran, around here)
  --model NAME     for intervals trees (learned) or one of the shelf: blend, mean-profile, yesterday, persistence;
                   for auctions as forecast-eval --model
                   (a registered ONNX model takes the name it is given; default onnx)
  --from, --to     for train the days to learn from, for evaluate those to judge (UTC; default: all there are)
  --judge-days N   train keeps the last N days of the prices for judging (default 28)
  --trees N        trees a quantile (default 60)    --seed N  (default 1)
  --days N         judge an auction model on the last N days (default 728)

  fleetctl models train --target nem:NSW1 --prices nsw.csv.gz --model trees
  fleetctl models train --target gb:system_price_gbp_mwh --prices imbalance.csv.gz --model blend
  fleetctl models shadow --target nem:NSW1
  fleetctl models promote 3`;
