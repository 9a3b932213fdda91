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
  /** The champion cannot forecast and the fallback does: `models.no-champion`, `models.champion-failed`. */
  | { readonly type: "fallen-back"; readonly error: CodedError }
  /** A shadow said something, or could not. It is never bid on. */
  | { readonly type: "shadow"; readonly model: string; readonly forecast: Result<PriceForecast, CodedError> };

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
 * what came. The registry is read anew each time, so that a promotion counts from the next forecast on. Without a champion, or with
 * one that is broken, the fallback speaks and it is said out loud.
 */
export class ModelService implements Forecaster {
  readonly name: string;
  readonly #ports: ModelServicePorts;
  readonly #opened = new Map<string, Result<Forecaster, CodedError>>();
  readonly #counts = new Map<
    string,
    { role: ModelReport["role"]; forecasts: number; failures: number; slowestMs: number }
  >();
  readonly #scores = new ForecastScores();

  constructor(ports: ModelServicePorts) {
    this.#ports = ports;
    this.name = `models of ${ports.target}`;
  }

  forecast(history: PriceHistory, horizon: number): Result<PriceForecast, CodedError> {
    const { target, source, fallback, onEvent } = this.#ports;
    this.#scores.learned(history);
    const models = source.list().filter((model) => model.target === target && model.state !== "retired");
    this.#forgetAllBut(new Set(models.map(nameOf)));
    for (const model of models.filter(({ state }) => state === "shadow")) {
      onEvent({ type: "shadow", model: nameOf(model), forecast: this.#ask(model, "shadow", history, horizon) });
    }
    const champion = models.find(({ state }) => state === "champion");
    const said = champion === undefined ? undefined : this.#ask(champion, "champion", history, horizon);
    if (said?.ok === true) return said;
    const error: CodedError =
      champion === undefined || said === undefined
        ? { code: "models.no-champion", target }
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

  #ask(model: RegisteredModel, role: ModelReport["role"], history: PriceHistory, horizon: number) {
    const name = nameOf(model);
    const { source, openOnnx } = this.#ports;
    const opened = this.#opened.get(name) ?? openModel(model, source.artifact(model.id), openOnnx);
    this.#opened.set(name, opened);
    if (opened.ok) return this.#timed(opened.value, name, role, history, horizon);
    this.#count(name, role, false, 0);
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
