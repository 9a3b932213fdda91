import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UtcMs } from "@penstock/protocol/units";
import { afterAll, expect, test } from "vitest";
import { ModelRegistry, type NewModel } from "./model-registry.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-registry-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const open = (name: string): ModelRegistry => {
  const opened = ModelRegistry.open(join(folder, name));
  if (!opened.ok) throw new Error(opened.error.code);
  return opened.value;
};
const made = (model: string, target = "epf:NP", mae = 1.7): NewModel => ({
  target,
  model,
  codeVersion: "abc",
  runtime: "shelf",
  judgedFrom: "2016-12-27",
  judgedTo: "2018-12-24",
  metrics: { mae },
});

test("a model enters as a shadow, becomes champion, and is retired by the next", () => {
  const registry = open("life.db");
  const first = registry.register(made("lear-mean"), UtcMs(1000));
  const second = registry.register(made("blend"), UtcMs(2000));
  const elsewhere = registry.register(made("blend", "epf:FR"), UtcMs(2000));
  expect(first.state).toBe("shadow");
  expect(registry.champion("epf:NP")).toBeUndefined();
  registry.promote(first.id, UtcMs(3000));
  registry.promote(elsewhere.id, UtcMs(3000));
  expect(registry.promote(second.id, UtcMs(4000))).toMatchObject({
    ok: true,
    value: { state: "champion", stateSinceMs: 4000 },
  });
  expect(registry.champion("epf:NP")?.model).toBe("blend");
  expect(registry.list().map(({ target, model, state }) => `${target} ${model} ${state}`)).toEqual([
    "epf:FR blend champion",
    "epf:NP blend champion",
    "epf:NP lear-mean retired",
  ]);
  registry.retire(second.id, UtcMs(5000));
  expect(registry.champion("epf:NP")).toBeUndefined();
  registry.close();
});

test("the same model judged again renews its figures and keeps its state; it is there after a restart", () => {
  const registry = open("again.db");
  const { id } = registry.register(made("blend"), UtcMs(1000));
  registry.promote(id, UtcMs(2000));
  registry.register(made("blend", "epf:NP", 1.6), UtcMs(3000));
  registry.close();
  const reopened = open("again.db");
  expect(reopened.list()).toMatchObject([{ id, state: "champion", metrics: { mae: 1.6 }, registeredMs: 3000 }]);
  reopened.close();
});

test("promoting what is not there is refused, and so is a file that is no registry", () => {
  const registry = open("refuse.db");
  expect(registry.promote(7, UtcMs(1))).toEqual({ ok: false, error: { code: "registry.no-such-model", id: 7 } });
  registry.close();
  writeFileSync(join(folder, "text.db"), "this is not a database, however long it goes on about it ".repeat(20));
  expect(ModelRegistry.open(join(folder, "text.db"))).toMatchObject({
    ok: false,
    error: { code: "registry.cannot-open" },
  });
});

test("what a learned model learned is kept byte by byte, with what it takes and gives; one of the shelf has none", () => {
  const registry = open("learned.db");
  const artifact = Uint8Array.from({ length: 300 }, (_, index) => index & 0xff);
  const learned = registry.register(
    { ...made("trees"), runtime: "trees", document: { version: 1 }, artifact },
    UtcMs(1),
  );
  const shelf = registry.register(made("blend"), UtcMs(1));
  expect(registry.artifact(learned.id)).toEqual(Buffer.from(artifact));
  expect(registry.artifact(shelf.id)).toBeUndefined();
  expect(registry.find(learned.id)).toMatchObject({ ok: true, value: { runtime: "trees", document: { version: 1 } } });
  expect(registry.list()[0]).not.toHaveProperty("artifact");
});
