import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { ModelRegistry, type NewModel } from "../store/model-registry.ts";
import type { LearnWish } from "./models-learn.ts";
import { compareShadows } from "./models-shadow.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-shadow-"));
const prices = join(folder, "NSW1.csv");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Thirty days of half hours in the operator's format: dear evenings, and every day as the one before but for its level. */
const rows = Array.from({ length: 30 * 48 }, (_, index) => {
  const end = new Date(Date.UTC(2021, 0, 1) + (index + 1) * 1_800_000).toISOString().slice(0, 19).replace("T", " ");
  return `${end},${(index % 48 > 32 ? 150 : 50) + (Math.floor(index / 48) % 3)}`;
});
writeFileSync(prices, `SETTLEMENTDATE,RRP\n${rows.join("\n")}\n`);

const wish: LearnWish = {
  target: undefined,
  days: 728,
  judgeDays: 3,
  trees: 10,
  seed: 1,
  folder,
  stopwatchMs: () => 0,
  say: () => {},
  isCancelled: () => false,
};

function registryWith(champion: string | undefined, ...shadows: string[]): ModelRegistry {
  const opened = ModelRegistry.open(":memory:");
  if (!opened.ok) throw new Error(opened.error.code);
  const made = (model: string): NewModel => ({
    ...{ target: "nem:NSW1", model, codeVersion: "abc", runtime: "shelf" },
    ...{ judgedFrom: "2021-01-01", judgedTo: "2021-01-02", metrics: {} },
  });
  if (champion !== undefined) opened.value.promote(opened.value.register(made(champion), UtcMs(1)).id, UtcMs(1));
  for (const model of shadows) opened.value.register(made(model), UtcMs(2));
  return opened.value;
}

test("each shadow stands beside the champion over the same days, with what its promotion would change", async () => {
  const registry = registryWith("yesterday", "mean-profile");
  const said = await compareShadows({ ...wish, prices }, undefined, registry);
  if (!said.ok) throw new Error(said.error.code);
  expect(said.value).toMatchObject({ target: "nem:NSW1", champion: "yesterday#1", from: "prices" });
  const [shadow] = said.value.shadows;
  // Days are dearer by nought, one, two and again: the day before is off by more than the middle.
  expect(shadow?.comparison).toMatchObject({ verdict: "better", days: 17 });
  expect(shadow?.comparison?.championMae).toBeCloseTo(4 / 3, 1);
  expect(shadow?.comparison?.shadowMae).toBeCloseTo(2 / 3, 1);
  expect(shadow?.promotionWould).toMatch(
    /^mean-profile#2 speaks from the next forecast on, yesterday#1 retires: .*nearer$/,
  );
});

test.each([
  ["no shadow", registryWith("yesterday"), "models.no-shadow"],
  ["no champion to compare with", registryWith(undefined, "yesterday"), "models.no-champion"],
])("with %s it is refused", async (_, registry, code) => {
  expect(await compareShadows({ ...wish, prices }, undefined, registry)).toMatchObject({ ok: false, error: { code } });
});
