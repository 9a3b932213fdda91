import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { type TrainWish, trainModel } from "../lab/forecast-eval/train-model.ts";
import { ModelRegistry, type RegisteredModel } from "../store/model-registry.ts";
import { endingsOf, offlineArguments } from "./offline-arguments.ts";
import { table } from "./words.ts";

const endings = endingsOf("models");
const { usage, refuse } = endings;

const HELP = `fleetctl models ls [--json]
fleetctl models train --dataset epf:NAME --data DIR [--model NAME] [--days N] [--json]
fleetctl models promote ID [--json]
fleetctl models retire ID [--json]

  ls       every model that was judged: what it forecasts, how well, in which state
  train    learn and judge a model on recorded prices (resumes where it was interrupted) and register it as a shadow
  promote  make a model the champion of what it forecasts; the champion before it is retired
  retire   use a model no longer

  --registry FILE  where models are kept (default .penstock/models.db)
  --days N         judge the last N days (default 728)

  fleetctl models train --dataset epf:NP --data ../data --model blend
  fleetctl models promote 3`;

/** `fleetctl models`: the registry of forecasters, without an aggregator. */
export async function modelsCommand(argv: readonly string[]): Promise<number> {
  const parsed = offlineArguments(argv, { help: HELP, options, ...endings });
  if (typeof parsed === "number") return parsed;
  const { values, positionals } = parsed;
  const [verb, ...rest] = positionals;
  if (verb === undefined) return usage("say what to do");
  mkdirSync(dirname(values.registry), { recursive: true });
  const opened = ModelRegistry.open(values.registry);
  if (!opened.ok) return refuse(describeError(opened.error));
  const registry = opened.value;
  const nowMs = new SystemClock().nowMs();
  try {
    if (verb === "ls" && rest.length === 0) return show(registry.list(), values.json);
    if (verb === "train" && rest.length === 0) {
      const { dataset, data, model, days } = values;
      if (dataset === undefined || data === undefined) return usage("train needs --dataset and --data");
      const wish: TrainWish = {
        dataset,
        data,
        model,
        days: Number(days),
        say: (text) => process.stderr.write(`${text}\n`),
      };
      const made = await trainModel(wish);
      if (!made.ok) return refuse(describeError(made.error));
      return show([registry.register(made.value, nowMs)], values.json);
    }
    const id = Number(rest[0]);
    if ((verb === "promote" || verb === "retire") && rest.length === 1 && Number.isInteger(id)) {
      const moved = verb === "promote" ? registry.promote(id, nowMs) : registry.retire(id, nowMs);
      return moved.ok
        ? show([moved.value], values.json)
        : refuse(`${describeError(moved.error)}; see fleetctl models ls`);
    }
    return usage(`"${positionals.join(" ")}" is not something models can do`);
  } finally {
    registry.close();
  }
}

const text = { type: "string" } as const;
const options = {
  registry: { ...text, default: resolve(import.meta.dirname, "../../.penstock/models.db") },
  dataset: text,
  data: text,
  model: { ...text, default: "blend" },
  days: { ...text, default: "728" },
} as const;

function show(models: readonly RegisteredModel[], isJson: boolean): number {
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ version: 1, models })}\n`);
    return 0;
  }
  const rows = models.map(({ id, target, model, state, metrics, judgedFrom, judgedTo, codeVersion }) => [
    String(id),
    target,
    model,
    state,
    (metrics["mae"] ?? Number.NaN).toFixed(3),
    (metrics["rmae"] ?? Number.NaN).toFixed(3),
    `${judgedFrom} to ${judgedTo}`,
    codeVersion,
  ]);
  const headings = [">id", "target", "model", "state", ">MAE", ">rMAE", "judged", "code"];
  process.stdout.write(
    `${models.length === 0 ? "no model yet; fleetctl models train makes one" : table(headings, rows).join("\n")}\n`,
  );
  return 0;
}
