import { mkdtempSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { keepNewest } from "./trust-list.ts";

test("of the refused certificates the newest are kept", async () => {
  const folder = mkdtempSync(join(tmpdir(), "penstock-rejected-"));
  for (let index = 0; index < 8; index++) {
    const file = join(folder, `client-${index}.pem`);
    writeFileSync(file, "");
    utimesSync(file, 1_000 + index, 1_000 + index);
  }
  await keepNewest(folder, 10);
  expect(readdirSync(folder)).toHaveLength(8);
  await keepNewest(folder, 3);
  expect(readdirSync(folder).toSorted()).toEqual(["client-5.pem", "client-6.pem", "client-7.pem"]);
  rmSync(folder, { recursive: true });
});
