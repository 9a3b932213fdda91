import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { evaluateModel, type LearnWish, learnModel } from "./models-learn.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-learn-"));
const prices = join(folder, "NSW1.csv");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Twenty days of half hours in the operator's format: dear evenings, each day a little dearer. */
const rows = Array.from({ length: 20 * 48 }, (_, index) => {
  const end = new Date(Date.UTC(2021, 0, 1) + (index + 1) * 1_800_000).toISOString().slice(0, 19).replace("T", " ");
  return `${end},${(index % 48 > 32 ? 150 : 50) + Math.floor(index / 48)}`;
});
writeFileSync(prices, `SETTLEMENTDATE,RRP\n${rows.join("\n")}\n`);

const wish: LearnWish = {
  target: "nem:NSW1",
  prices,
  model: "yesterday",
  days: 728,
  judgeDays: 3,
  trees: 10,
  seed: 1,
  folder,
  stopwatchMs: () => 0,
  say: () => {},
  isCancelled: () => false,
};

test("a model of the shelf is judged on the last days and remembered with them", async () => {
  const made = await learnModel(wish);
  if (!made.ok) throw new Error(made.error.code);
  expect(made.value).toMatchObject({ target: "nem:NSW1", model: "yesterday", runtime: "shelf" });
  // Each day is one dearer than the day before.
  expect(made.value.metrics).toMatchObject({ mae: 1, naiveMae: 1, rmae: 1, mae4h: 1, forecasts: 72 });
  expect(Date.parse(made.value.judgedTo) - Date.parse(made.value.judgedFrom)).toBe(2 * 86_400_000);
});

test("a registered model is judged again on the days that are asked for", async () => {
  const made = await learnModel(wish);
  if (!made.ok) throw new Error(made.error.code);
  const registered = { ...made.value, id: 1, state: "shadow", registeredMs: 0, stateSinceMs: 0 } as never;
  const judged = await evaluateModel({ ...wish, from: "2021-01-17", to: "2021-01-19" }, registered, undefined);
  expect(judged).toMatchObject({ ok: true, value: { mae: 1, forecasts: 48 } });
});

test.each<[string, Partial<LearnWish>, string]>([
  ["no prices", { prices: undefined }, "train needs --target and --prices"],
  ["a model nobody wrote", { model: "oracle" }, 'there is no model "oracle"'],
  ["a day that is none", { from: "soon" }, "--from and --to are days"],
  ["ONNX that is not described", { onnx: "net.onnx" }, "register needs --describe FILE"],
])("%s is a mistake, told in a sentence", async (_, change, sentence) => {
  const made = await learnModel({ ...wish, ...change });
  expect(made).toMatchObject({
    ok: false,
    error: { code: "models.usage", sentence: expect.stringContaining(sentence) },
  });
});

test("too little for trees, files that are not there and Ctrl-C are refused with their code", async () => {
  const code = async (change: Partial<LearnWish>) => {
    const made = await learnModel({ ...wish, ...change });
    return made.ok ? "ok" : made.error.code;
  };
  expect(await code({ model: "trees" })).toBe("lab.too-few-days");
  expect(await code({ prices: join(folder, "none.csv") })).toBe("prices.unreadable");
  expect(await code({ onnx: join(folder, "none.onnx"), describe: join(folder, "none.json") })).toBe("model.unreadable");
  expect(await code({ isCancelled: () => true })).toBe("lab.cancelled");
});
