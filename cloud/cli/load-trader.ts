import { registerHooks } from "node:module";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { TraderEntry } from "../lab/interval-backtest/traders.ts";
import type { Battery } from "../optimise/battery.ts";
import type { IntervalTrader } from "../strategies/learned/interval-trader.ts";

type Maker = (battery: Battery) => IntervalTrader;

/** Whether what was typed is a file and no name of the shelf. */
export const isTraderFile = (typed: string): boolean => /[/\\]|\.m?[jt]s$/.test(typed);

/**
 * A trader somebody wrote, from a file anywhere: it exports one function (or class) that is given the battery and makes an
 * `IntervalTrader`. It may import `@penstock/…` wherever it lies. Refused with `strategy.cannot-load` or `strategy.no-trader`.
 */
export async function loadTrader(path: string): Promise<Result<TraderEntry, CodedError>> {
  const hooks = registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, specifier.startsWith("@penstock/") ? { ...context, parentURL: import.meta.url } : context),
  });
  let module: Readonly<Record<string, unknown>>;
  try {
    module = (await import(pathToFileURL(resolve(path)).href)) as typeof module;
  } catch (error) {
    return fail({ code: "strategy.cannot-load", path, reason: error instanceof Error ? error.message : String(error) });
  } finally {
    hooks.deregister();
  }
  const made = module["default"] ?? (Object.keys(module).length === 1 ? Object.values(module)[0] : undefined);
  if (typeof made !== "function") {
    return fail({
      code: "strategy.no-trader",
      path,
      wanted: "one export, a function of the battery",
      exports: Object.keys(module),
    });
  }
  const isClass = /^class\b/.test(Function.prototype.toString.call(made));
  const make: Maker = isClass ? (battery) => Reflect.construct(made, [battery]) as IntervalTrader : (made as Maker);
  return ok({ text: path, learns: false, make: ({ battery }) => make(battery) });
}
