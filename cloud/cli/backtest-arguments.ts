import { parseArgs } from "node:util";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { MW, MWh, W } from "@penstock/protocol/units";
import type { Battery } from "../optimise/battery.ts";

/** `fleetctl backtest` as typed, checked. */
export interface BacktestArguments {
  readonly market: string;
  readonly prices: readonly string[];
  readonly series: string | undefined;
  readonly covariates: readonly string[];
  readonly learnFrom: string | undefined;
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly battery: Battery;
  readonly strategy: string | undefined;
  readonly columns: Readonly<Record<string, string>>;
  readonly timezone: string | undefined;
  readonly stamps: "interval-start" | "interval-end" | undefined;
  readonly socStart: number | undefined;
  readonly fillGapsMs: number;
  readonly workers: number;
  readonly folder: string | undefined;
  readonly report: string | undefined;
  readonly shuffle: boolean;
  readonly asBids: boolean;
  readonly progress: boolean;
  readonly json: boolean;
  readonly help: boolean;
}

const text = { type: "string" } as const;
const flag = { type: "boolean", default: false } as const;

/** Refuses with the sentence to print. */
export function readBacktestArguments(
  argv: readonly string[],
  defaults: { readonly workers: number; readonly folder: string },
): Result<BacktestArguments, CodedError> {
  const refuse = (sentence: string) => fail({ code: "cli.usage", sentence });
  let values: ReturnType<typeof parse>;
  try {
    values = parse(argv);
  } catch (error) {
    return refuse(error instanceof Error ? error.message : String(error));
  }
  const number = (name: keyof typeof values, otherwise: number, min: number, max = Number.POSITIVE_INFINITY) => {
    const given = values[name];
    const value = given === undefined ? otherwise : Number(given);
    return given !== "" && value >= min && value <= max ? value : undefined;
  };
  const powerMW = number("power-mw", 100, 1e-6);
  const energyMWh = number("energy-mwh", 200, 1e-6);
  const efficiency = number("efficiency", 0.8464, 0.01, 1);
  const costPerMWh = number("cost-per-mwh", 10, 0);
  const fillMinutes = number("fill-gaps", 0, 0);
  const workers = number("workers", defaults.workers, 1);
  const socStart = values["soc-start"] === undefined ? undefined : number("soc-start", 0, 0, 1);
  if (powerMW === undefined || energyMWh === undefined)
    return refuse("--power-mw and --energy-mwh want numbers above 0");
  if (efficiency === undefined) return refuse("--efficiency wants a round trip between 0.01 and 1, such as 0.8464");
  if (costPerMWh === undefined) return refuse("--cost-per-mwh wants a number from 0 on");
  if (fillMinutes === undefined) return refuse("--fill-gaps wants minutes from 0 on");
  if (workers === undefined || !Number.isInteger(workers)) return refuse("--workers wants a whole number from 1 on");
  if (values["soc-start"] !== undefined && socStart === undefined)
    return refuse("--soc-start wants a share from 0 to 1");
  if (values["interval-start"] && values["interval-end"])
    return refuse("stamps are either --interval-start or --interval-end");
  for (const name of ["learn-from", "from", "to"] as const)
    if (values[name] !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(values[name]))
      return refuse(`--${name} wants a date such as 2023-02-01, not "${values[name]}"`);
  const columns: Record<string, string> = {};
  for (const pair of listOf(values.columns)) {
    const at = pair.indexOf("=");
    const name = pair.slice(0, at);
    if (!["time", "price", "dayAhead", "demand"].includes(name) || at + 1 === pair.length)
      return refuse(`--columns wants time=…,price=…[,dayAhead=…][,demand=…], not "${pair}"`);
    columns[name] = pair.slice(at + 1);
  }
  if (!values.help && values.market === undefined)
    return refuse("--market is needed: nem, ercot, day-ahead or generic");
  if (!values.help && values.prices === undefined) return refuse("--prices is needed: a file of recorded prices");
  const oneWay = Math.sqrt(efficiency);
  return ok({
    market: values.market ?? "",
    prices: listOf(values.prices),
    series: values.series,
    covariates: listOf(values.covariates),
    learnFrom: values["learn-from"],
    from: values.from,
    to: values.to,
    battery: {
      capacityWh: MWh(energyMWh),
      socMin: 0,
      socMax: 1,
      powerWMaxCharge: MW(powerMW),
      powerWMaxDischarge: MW(powerMW),
      efficiencyCharge: oneWay,
      efficiencyDischarge: oneWay,
      costPerMWh,
      auxiliaryW: W(0),
    },
    strategy: values.strategy,
    columns,
    timezone: values.timezone,
    stamps: values["interval-start"] ? "interval-start" : values["interval-end"] ? "interval-end" : undefined,
    socStart,
    fillGapsMs: fillMinutes * 60_000,
    workers,
    folder: values.fresh ? undefined : (values.out ?? defaults.folder),
    report: values.report,
    shuffle: values.shuffle,
    asBids: values["as-bids"],
    progress: values.progress,
    json: values.json,
    help: values.help,
  });
}

function parse(argv: readonly string[]) {
  return parseArgs({
    args: [...argv],
    options: {
      market: text,
      prices: text,
      series: text,
      covariates: text,
      "learn-from": text,
      from: text,
      to: text,
      "power-mw": text,
      "energy-mwh": text,
      efficiency: text,
      "cost-per-mwh": text,
      strategy: text,
      columns: text,
      timezone: text,
      "interval-start": flag,
      "interval-end": flag,
      "soc-start": text,
      "fill-gaps": text,
      workers: text,
      out: text,
      fresh: flag,
      report: text,
      shuffle: flag,
      "as-bids": flag,
      progress: flag,
      json: flag,
      help: { type: "boolean", short: "h", default: false },
    },
  }).values;
}

const listOf = (value: string | undefined): readonly string[] =>
  value === undefined
    ? []
    : value
        .split(",")
        .map((part) => part.trim())
        .filter((part) => part !== "");
