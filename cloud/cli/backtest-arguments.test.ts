import { expect, test } from "vitest";
import { readBacktestArguments } from "./backtest-arguments.ts";

const defaults = { workers: 2, folder: "kept" };
const read = (line: string) => readBacktestArguments(line.split(" "), defaults);
const needed = "--market nem --prices a.csv";

test("a line with everything is read, a round trip is split into two ways", () => {
  const wish = read(
    `${needed},b.csv --covariates da.csv --from 2023-02-01 --power-mw 50 --energy-mwh 100 --efficiency 0.81 --cost-per-mwh 5 --columns time=t,price=p --json`,
  );
  expect(wish).toMatchObject({
    ok: true,
    value: {
      market: "nem",
      prices: ["a.csv", "b.csv"],
      from: "2023-02-01",
      columns: { time: "t", price: "p" },
      json: true,
    },
  });
  expect(wish.ok && wish.value.battery).toMatchObject({
    powerWMaxCharge: 50e6,
    capacityWh: 100e6,
    efficiencyCharge: 0.9,
  });
});

test("without options the battery is the one results are compared on", () => {
  expect(read(needed)).toMatchObject({
    ok: true,
    value: { battery: { powerWMaxDischarge: 100e6, capacityWh: 200e6, costPerMWh: 10 }, workers: 2, folder: "kept" },
  });
});

test.each([
  ["--prices a.csv", "--market is needed"],
  ["--market nem", "--prices is needed"],
  [`${needed} --power-mw zero`, "--power-mw"],
  [`${needed} --efficiency 84.64`, "--efficiency"],
  [`${needed} --from yesterday`, "--from wants a date"],
  [`${needed} --columns price`, "--columns wants"],
  [`${needed} --columns prise=p`, "--columns wants"],
  [`${needed} --interval-start --interval-end`, "either"],
  [`${needed} --soc-start 50`, "--soc-start"],
  [`${needed} --workers 1.5`, "--workers"],
  [`${needed} --nonsense`, "--nonsense"],
])("%s is refused with a sentence that says why", (line, words) => {
  const wish = read(line);
  expect(wish.ok ? "" : String(wish.error["sentence"])).toContain(words);
});
