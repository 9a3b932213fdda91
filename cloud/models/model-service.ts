import { type CodedError, describeError, type Result } from "@penstock/protocol/result";
import type { Ms } from "@penstock/protocol/units";
import type { Forecaster, PriceForecast } from "../forecast/forecaster.ts";
import type { PriceHistory } from "../prices/price-history.ts";
import type { RegisteredModel } from "../store/model-registry.ts";
import { ForecastScores, type LiveScore } from "./forecast-scores.ts";
import { nameOf, type OnnxOpener, openModel } from "./open-model.ts";

/** The registry, as a desk needs it: read only. */
export interface ModelSource {
  /** Every model there is, retired ones included. */
  list(): readonly RegisteredModel[];
  artifact(id: number): Uint8Array | undefined;
}

export interface ModelServicePorts {
  /** What is forecast: `nem:NSW1`. */
  readonly target: string;
  readonly source: ModelSource;
  readonly openOnnx: OnnxOpener;
  /** What forecasts when no champion can. */
  readonly fallback: Forecaster;
  /** Milliseconds that only go forward: how long a model takes is watched. */
  readonly stopwatchMs: () => number;
  readonly onEvent: (event: ModelEvent) => void;
}

export type ModelEvent =
  /** The champion cannot forecast and the fallback does: `models.no-champion`, `models.champion-failed`, `models.champion-opening`. */
  | { readonly type: "fallen-back"; readonly error: CodedError }
  /** A shadow said something, or could not. It is never bid on. */
  | { readonly type: "shadow"; readonly model: string; readonly forecast: Result<PriceForecast, CodedError> };

type Opened = Result<Forecaster, CodedError> | Promise<void>;

export interface ModelReport {
  /** `trees#3`, or the fallback's name. */
  readonly model: string;
  readonly role: "champion" | "shadow" | "fallback";
  readonly forecasts: number;
  readonly failures: number;
  /** How long the slowest forecast took. */
  readonly servedWithinMs: Ms;
  readonly live: readonly LiveScore[];
}

/**
 * The forecaster of a live desk: the champion of the registry speaks; shadows are asked the same beside it and judged by
 * what came. The registry is read anew each time, so that a promotion counts from the next forecast on. A model that takes
 * its time to open holds nobody up: until it is there, the champion before it goes on. Without a champion, or with one that
 * is broken, the fallback speaks and it is said out loud.
 */
export class ModelService implements Forecaster {
  readonly name: string;
  readonly #ports: ModelServicePorts;
  readonly #opened = new Map<string, Opened>();
  /** The latest champion that could speak. */
  #spoke: { readonly name: string; readonly forecaster: Forecaster } | undefined;
  readonly #counts = new Map<
    string,
    { role: ModelReport["role"]; forecasts: number; failures: number; slowestMs: number }
  >();
  readonly #scores = new ForecastScores();

  constructor(ports: ModelServicePorts) {
    this.#ports = ports;
    this.name = `models of ${ports.target}`;
    for (const model of this.#inService()) this.#open(model);
  }

  /** When all models that are being opened are. */
  async opened(): Promise<void> {
    await Promise.all([...this.#opened.values()].filter((opened) => opened instanceof Promise));
  }

  forecast(history: PriceHistory, horizon: number): Result<PriceForecast, CodedError> {
    const { target, fallback, onEvent } = this.#ports;
    this.#scores.learned(history);
    const models = this.#inService();
    this.#forgetAllBut(new Set(models.map(nameOf)));
    for (const model of models.filter(({ state }) => state === "shadow")) {
      const said = this.#ask(model, "shadow", history, horizon);
      if (said !== "opening") onEvent({ type: "shadow", model: nameOf(model), forecast: said });
    }
    const champion = models.find(({ state }) => state === "champion");
    const said = champion === undefined ? undefined : this.#ask(champion, "champion", history, horizon);
    if (said === "opening" && this.#spoke !== undefined) {
      return this.#timed(this.#spoke.forecaster, this.#spoke.name, "champion", history, horizon);
    }
    if (said !== undefined && said !== "opening" && said.ok) return said;
    const error: CodedError =
      champion === undefined || said === undefined
        ? { code: "models.no-champion", target }
        : said === "opening"
          ? { code: "models.champion-opening", model: nameOf(champion) }
          : { code: "models.champion-failed", model: nameOf(champion), because: describeError(said.error) };
    onEvent({ type: "fallen-back", error: { ...error, instead: fallback.name } });
    return this.#timed(fallback, fallback.name, "fallback", history, horizon);
  }

  report(): readonly ModelReport[] {
    return [...this.#counts].map(([model, { role, forecasts, failures, slowestMs }]) => ({
      model,
      role,
      forecasts,
      failures,
      servedWithinMs: slowestMs as Ms,
      live: this.#scores.of(model),
    }));
  }

  #inService(): readonly RegisteredModel[] {
    const { target, source } = this.#ports;
    return source.list().filter((model) => model.target === target && model.state !== "retired");
  }

  #ask(model: RegisteredModel, role: ModelReport["role"], history: PriceHistory, horizon: number) {
    const name = nameOf(model);
    const opened = this.#open(model);
    if (opened instanceof Promise) return "opening" as const;
    if (opened.ok) {
      if (role === "champion") this.#spoke = { name, forecaster: opened.value };
      return this.#timed(opened.value, name, role, history, horizon);
    }
    this.#count(name, role, false, 0);
    return opened;
  }

  #open(model: RegisteredModel): Opened {
    const name = nameOf(model);
    const held = this.#opened.get(name);
    if (held !== undefined) return held;
    const { source, openOnnx } = this.#ports;
    const made = openModel(model, source.artifact(model.id), openOnnx);
    const opened =
      made instanceof Promise
        ? made.then((done) => {
            if (this.#opened.has(name)) this.#opened.set(name, done);
          })
        : made;
    this.#opened.set(name, opened);
    return opened;
  }

  #timed(forecaster: Forecaster, name: string, role: ModelReport["role"], history: PriceHistory, horizon: number) {
    const { stopwatchMs } = this.#ports;
    const startedMs = stopwatchMs();
    const said = forecaster.forecast(history, horizon);
    this.#count(name, role, said.ok, stopwatchMs() - startedMs);
    if (said.ok) this.#scores.said(said.value);
    return said;
  }

  #count(name: string, role: ModelReport["role"], isOk: boolean, tookMs: number): void {
    const held = this.#counts.get(name) ?? { role, forecasts: 0, failures: 0, slowestMs: 0 };
    this.#counts.set(name, {
      role,
      forecasts: held.forecasts + (isOk ? 1 : 0),
      failures: held.failures + (isOk ? 0 : 1),
      slowestMs: Math.max(held.slowestMs, tookMs),
    });
  }

  #forgetAllBut(names: ReadonlySet<string>): void {
    for (const name of this.#opened.keys()) {
      if (names.has(name)) continue;
      this.#opened.delete(name);
      this.#counts.delete(name);
      this.#scores.forget(name);
    }
  }
}
