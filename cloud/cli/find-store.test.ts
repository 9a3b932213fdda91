import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findStore } from "./find-store.ts";

const folder = mkdtempSync(join(tmpdir(), "penstock-store-"));
mkdirSync(join(folder, ".penstock/run"), { recursive: true });
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test("the store that is named, else the one an aggregator wrote down around here, else a sentence that says how", () => {
  const ask = (store: string | undefined) => findStore({ store, folders: [join(folder, "below"), folder] });
  expect(ask(undefined)).toMatchObject({ ok: false, error: { code: "lab.no-store" } });
  writeFileSync(
    join(folder, ".penstock/run/cloud.json"),
    JSON.stringify({ url: "http://127.0.0.1:1", storeFile: "/data/cloud.db" }),
  );
  expect(ask(undefined)).toEqual({ ok: true, value: "/data/cloud.db" });
  expect(ask("other.db")).toEqual({ ok: true, value: "other.db" });
});
