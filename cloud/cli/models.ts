import { mkdirSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { describeError } from "@penstock/protocol/result";
import { SystemClock } from "@penstock/protocol/time";
import { ModelRegistry, type RegisteredModel } from "../store/model-registry.ts";
import { modelsHelp } from "./models-help.ts";
import { evaluateModel, type LearnWish, learnModel } from "./models-learn.ts";
import { compareShadows, showShadows } from "./models-shadow.ts";
import { endingsOf, offlineArguments } from "./offline-arguments.ts";
import { table } from "./words.ts";

const endings = endingsOf("models");
const { usage, refuse } = endings;
const CANCELLED = 130;

const text = { type: "string" } as const;
const options = {
  registry: { type: "string", default: resolve(import.meta.dirname, "../../.penstock/models.db") },
  target: text,
  prices: text,
  from: text,
  to: text,
  dataset: text,
  data: text,
  model: text,
  store: text,
  onnx: text,
  describe: text,
  days: { type: "string", default: "728" },
  "judge-days": { type: "string", default: "28" },
  trees: { type: "string", default: "60" },
  seed: { type: "string", default: "1" },
} as const;

/** `fleetctl models`: the registry of forecasters, without an aggregator. */
export async function modelsCommand(argv: readonly string[]): Promise<number> {
  const parsed = offlineArguments(argv, { help: modelsHelp, options, ...endings });
  if (typeof parsed === "number") return parsed;
  const { values, positionals } = parsed;
  const [verb, ...rest] = positionals;
  if (verb === undefined) return usage("say what to do");
  const counts = [values.days, values["judge-days"], values.trees, values.seed].map(Number);
  if (!counts.every((count) => Number.isInteger(count) && count >= 1))
    return usage("--days, --judge-days, --trees and --seed are whole numbers from 1");
  mkdirSync(dirname(resolve(values.registry)), { recursive: true });
  const opened = ModelRegistry.open(values.registry);
  if (!opened.ok) return refuse(describeError(opened.error));
  const registry = opened.value;
  const clock = new SystemClock();
  const isCancelled = cancelling();
  const wish: LearnWish = {
    ...values,
    days: Number(values.days),
    judgeDays: Number(values["judge-days"]),
    trees: Number(values.trees),
    seed: Number(values.seed),
    folder: resolve(dirname(resolve(values.registry)), "models-begun"),
    stopwatchMs: () => clock.monotonicMs(),
    say: (line) => process.stderr.write(`${line}\n`),
    isCancelled,
  };
  try {
    if (verb === "ls" && rest.length === 0) {
      return show(
        registry.list().filter(({ target }) => values.target === undefined || target === values.target),
        values.json,
      );
    }
    if (verb === "shadow" && rest.length === 0) {
      const compared = await compareShadows(wish, values.store, registry);
      if (compared.ok) return showShadows(compared.value, values.json);
      if (compared.error.code === "models.usage") return usage(String(compared.error["sentence"]));
      refuse(describeError(compared.error));
      return isCancelled() ? CANCELLED : 1;
    }
    if ((verb === "train" || verb === "register") && rest.length === 0) {
      if ((verb === "register") !== (wish.onnx !== undefined))
        return usage("--onnx goes with register, and register with --onnx");
      const made = await learnModel(wish);
      if (made.ok) return show([registry.register(made.value, clock.nowMs())], values.json);
      if (made.error.code === "models.usage") return usage(String(made.error["sentence"]));
      refuse(describeError(made.error));
      return isCancelled() ? CANCELLED : 1;
    }
    const id = Number(rest[0]);
    if (!verbsOfOne.includes(verb) || rest.length !== 1 || !Number.isInteger(id))
      return usage(`"${positionals.join(" ")}" is not something models can do`);
    const held = registry.find(id);
    if (!held.ok) return refuse(`${describeError(held.error)}; see fleetctl models ls`);
    if (verb === "show") return showOne(held.value, registry.artifact(id)?.length, values.json);
    if (verb === "evaluate") {
      const judged = await evaluateModel(wish, held.value, registry.artifact(id));
      if (judged.ok) return showScores(held.value, judged.value, values.json);
      if (judged.error.code === "models.usage") return usage(String(judged.error["sentence"]));
      refuse(describeError(judged.error));
      return isCancelled() ? CANCELLED : 1;
    }
    const moved = verb === "promote" ? registry.promote(id, clock.nowMs()) : registry.retire(id, clock.nowMs());
    return moved.ok ? show([moved.value], values.json) : refuse(describeError(moved.error));
  } finally {
    registry.close();
  }
}

const verbsOfOne: readonly string[] = ["show", "evaluate", "promote", "retire"];

/** The first Ctrl-C asks, the second one ends. */
function cancelling(): () => boolean {
  let isCancelled = false;
  process.once("SIGINT", () => {
    isCancelled = true;
    process.stderr.write("\nfleetctl: stopping; the same command goes on from what is done\n");
  });
  return () => isCancelled;
}

function show(models: readonly RegisteredModel[], isJson: boolean): number {
  if (isJson) {
    process.stdout.write(`${JSON.stringify({ version: 1, models })}\n`);
    return 0;
  }
  const figure = (value: number | undefined): string => (value === undefined ? "-" : value.toFixed(3));
  const rows = models.map(({ id, target, model, state, metrics, judgedFrom, judgedTo, codeVersion }) => [
    String(id),
    target,
    model,
    state,
    figure(metrics["mae"]),
    figure(metrics["rmae"]),
    `${judgedFrom} to ${judgedTo}`,
    codeVersion,
  ]);
  const headings = [">id", "target", "model", "state", ">MAE", ">rMAE", "judged", "code"];
  process.stdout.write(
    `${models.length === 0 ? "no model yet; fleetctl models train makes one" : table(headings, rows).join("\n")}\n`,
  );
  return 0;
}

function showOne(model: RegisteredModel, bytes: number | undefined, isJson: boolean): number {
  if (isJson) return print(JSON.stringify({ version: 1, ...model, ...(bytes !== undefined && { bytes }) }));
  const { metrics, document, registeredMs, stateSinceMs, ...facts } = model;
  const at = (instantMs: number): string => new Date(instantMs).toISOString();
  const lines = {
    ...facts,
    state: `${model.state} since ${at(stateSinceMs)}`,
    registered: at(registeredMs),
    ...(bytes !== undefined && { learned: `${(bytes / 1024).toFixed(0)} KiB` }),
    ...document,
  };
  return print([...listed(lines), "", ...listed(metrics)].join("\n"));
}

function showScores(model: RegisteredModel, scores: Readonly<Record<string, number>>, isJson: boolean): number {
  if (isJson) return print(JSON.stringify({ version: 1, id: model.id, model: model.model, ...scores }));
  return print(listed(scores).join("\n"));
}

const listed = (facts: object): readonly string[] =>
  Object.entries(facts).map(([name, value]) => {
    const shown = typeof value === "number" && !Number.isInteger(value) ? value.toFixed(4) : String(value);
    return `${name.padEnd(16)} ${shown}`;
  });

function print(text: string): number {
  process.stdout.write(`${text}\n`);
  return 0;
}
