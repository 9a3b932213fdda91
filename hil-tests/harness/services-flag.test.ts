import { expect, test } from "vitest";
import { servicesFlag } from "./services-flag.ts";

test("contracts are given to sites one by one", () => {
  const flags = ["park:{ kind: nesoDcLow, contractedMW: 5 }", "park:{ kind: fcr, contractedMW: 1 }"];
  expect(servicesFlag(flags)).toMatchObject({
    ok: true,
    value: { park: [{ kind: "nesoDcLow" }, { contractedMW: 1 }] },
  });
  expect(servicesFlag([])).toEqual({ ok: true, value: {} });
});

test.each([
  ["moon:{ kind: fcr, contractedMW: 1 }", '"moon" is no site; one of park'],
  ["park:{ kind: fcr", "this is not YAML"],
  ["park:{ kind: fcr, contractedKW: 1 }", 'did you mean "contractedMW"?'],
  ["park:{ kind: dc }", "kind"],
])("%s is refused in a sentence", (flag, said) => {
  const parsed = servicesFlag([flag]);
  expect(parsed.ok ? "" : parsed.error.text).toContain(said);
});
