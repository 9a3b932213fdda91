import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { Rng } from "@penstock/protocol/rng";
import { expect, test } from "vitest";
import { ercotEnergyExamples, ercotReserveExamples, operatingPlanExamples } from "./testing/examples.ts";

/** The operator's own schema, where it lies beside the checkout, judged by libxml2: not by anything of ours. */
const schema = resolve(import.meta.dirname, "../../../../shared/reference/ercot-ews/ErcotTransactions.xsd");
const hasSchema = existsSync(schema);
const hasXmllint = spawnSync("xmllint", ["--version"]).error === undefined;
const why = hasSchema ? "xmllint is not installed" : "the operator's schema is not beside this checkout";

test.skipIf(!(hasSchema && hasXmllint))(`our BidSets are valid by the operator's schema (else skipped: ${why})`, () => {
  const folder = mkdtempSync(join(tmpdir(), "penstock-ews-"));
  try {
    const files: string[] = [];
    for (const kind of [ercotEnergyExamples, ercotReserveExamples, operatingPlanExamples]) {
      const rng = new Rng(kind.id);
      for (let index = 0; index < 40; index++) {
        const file = join(folder, `${kind.id}-${index}.xml`);
        writeFileSync(file, (kind.encode as (offers: readonly object[]) => string)([kind.make(rng).offer]));
        files.push(file);
      }
    }
    const lint = spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, ...files], { encoding: "utf8" });
    expect(lint.stderr.split("\n").filter((line) => line !== "" && !line.endsWith(" validates"))).toEqual([]);
    expect(lint.status).toBe(0);

    const [first = ""] = files;
    const broken = readFileSync(first, "utf8").replace("<xvalue>", "<yvalue>").replace("</xvalue>", "</yvalue>");
    writeFileSync(first, broken);
    expect(
      spawnSync("xmllint", ["--noout", "--nonet", "--schema", schema, first]).status,
      "the judge does judge",
    ).not.toBe(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
