import { expect, test } from "vitest";
import { faultTable, type RanTest } from "./fault-table.ts";

const ran = (title: string, status: RanTest["status"], file = "hil-tests/faults/b-modbus.test.ts"): RanTest => ({
  file,
  title,
  status,
});
const resultOf = (tests: readonly RanTest[], id: number) => faultTable(tests).find((row) => row.id === id)?.result;

test.each([
  ["a fault without a test is open", [], "open"],
  ["a passed test bears it", [ran("22: it recovers", "passed")], "passed"],
  ["one of two failed", [ran("22: a", "passed"), ran("22: b", "failed")], "failed"],
  ["a skipped test bears nothing", [ran("22: a", "skipped")], "open"],
  ["another fault's test bears nothing", [ran("222: a", "passed")], "open"],
  ["a test elsewhere that is not named bears nothing", [ran("22: a", "passed", "edge/a.test.ts")], "open"],
] as const)("%s", (_, tests, result) => {
  expect(resultOf(tests, 22)).toBe(result);
});
