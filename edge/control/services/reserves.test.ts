import { Rng } from "@penstock/protocol/rng";
import { Hz, kW, Ms, MW, Soc, seconds, W } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { good } from "../image.ts";
import { settled } from "../sample-run.ts";
import { sampleGrant, sampleImage, sampleInput, sampleUnits } from "../sample-site.ts";
import { fcasDelayedRaise, fcasFastRaise, fcr, nesoDcHigh, nesoDcLow, nesoDrHigh, nesoDrLow } from "./index.ts";
import { reservesOf } from "./reserves.ts";
import { curveService, runServices, withServices } from "./sample-services.ts";

test.each([
  // contracts                                                          MW out, MWh out, recovery out;  in
  [[curveService("low", MW(50), nesoDcLow)], [50, 12.5, 0], [0, 0, 5]],
  [
    [curveService("low", MW(10), nesoDrLow), curveService("high", MW(20), nesoDrHigh)],
    [10, 10, 8],
    [20, 20, 4],
  ],
  [[curveService("fcr", MW(4), fcr)], [4, 2, 1], [4, 2, 1]],
  // The same megawatts sold twice are held back once, for the longer of the two.
  [
    [curveService("a", MW(6), fcasFastRaise), curveService("b", MW(4), fcasDelayedRaise)],
    [6, 4 / 6, 0],
    [0, 0, 0],
  ],
] as const)("contracts %j hold back", (contracts, out, into) => {
  const reserves = reservesOf(contracts);
  for (const [reserve, [powerMW, energyMWh, recoveryMW]] of [
    [reserves.out, out],
    [reserves.in, into],
  ] as const) {
    expect(reserve.powerW / 1e6).toBeCloseTo(powerMW, 9);
    expect(reserve.energyWh / 1e6).toBeCloseTo(energyMWh, 9);
    expect(reserve.recoveryW / 1e6).toBeCloseTo(recoveryMW, 9);
  }
});

const contracted = withServices(curveService("low", MW(2), nesoDcLow), curveService("high", MW(1), nesoDcHigh));

test.each<[W, number, number]>([
  // wanted  state of charge  commanded: 4 MW of units, 8 MWh, window 5 to 95 %, 2 MW and 0.5 MWh held for low, 1 MW and 0.25 MWh for high
  [MW(4), 0.5, 2e6],
  [MW(-4), 0.5, -3e6],
  [MW(1), 0.5, 1e6],
  [MW(4), 0.1125, 0], // 62.5 points above the edge in store: exactly what low needs.
  [MW(4), 0.115, 1.2e6], // 20 kWh above it may go within a minute.
  [MW(-4), 0.1125, -3e6],
  [MW(-4), 0.91875, 0],
  [MW(4), 0.91875, 2e6],
])("wants %d W at a state of charge of %d with services contracted: commands %d W", (powerW, soc, commandedW) => {
  const units = sampleUnits(4, { soc: good(Soc(soc), Ms(20)) });
  const config = { ...contracted, socWindow: { ...contracted.socWindow, taper: Soc(0) } };
  const output = settled(sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW })] }), config);
  expect(output.explanation.targetW).toBeCloseTo(commandedW, -2);
  const named = output.explanation.because.map(({ limit }) => limit);
  expect(named).toEqual(commandedW === powerW ? [] : ["service-reserve"]);
});

test("the reserve is said in megawatts and megawatt-hours", () => {
  const output = settled(sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(4) })] }), contracted);
  expect(output.explanation.because[0]?.text).toBe(
    "services hold back 2.00 MW and 0.50 MWh to give, 1.00 MW and 0.25 MWh to take",
  );
});

test("the reserve is there for the services: with the market at its limit they still have all of theirs", () => {
  const input = sampleInput(sampleImage(), { grants: [sampleGrant({ powerW: MW(4) })] });
  const moments = runServices(input, contracted, 12_000, (atMs) => (atMs < 9_000 ? 50 : 49.5));
  expect(moments.find(({ atMs }) => atMs === 8_900)?.powerW).toBe(2e6);
  expect(moments.at(-1)?.output.explanation).toMatchObject({
    targetW: 4e6,
    services: [{ wantedW: 2e6, deliveredW: 2e6 }, { wantedW: 0 }],
  });
});

test("a site that cannot give what it is contracted for says so", () => {
  const units = sampleUnits(4, { dischargeWMax: good(kW(300), Ms(20)), soc: good(Soc(0.06), Ms(20)) });
  const { explanation } = settled(sampleInput(sampleImage({ units })), contracted);
  expect(explanation.alarms).toEqual([
    { code: "service-power-short", text: "services are contracted to give 2.00 MW and the site can give 1.20 MW" },
    { code: "service-energy-short", text: "services need 0.50 MWh in store and the site has 0.08 MWh" },
  ]);
});

test("no service ever takes a site beyond a limit it keeps without any, whatever frequency does", () => {
  for (let seed = 0; seed < 150; seed++) {
    const rng = new Rng(`services/${seed}`);
    const units = sampleUnits(rng.integer(1, 6), { soc: good(Soc(rng.uniform()), Ms(20)) });
    const exportWMax = W(rng.between(0, 4e6));
    const importWMax = W(rng.between(0, 4e6));
    const some = withServices(
      curveService("low", W(rng.between(1e5, 4e6)), rng.pick([nesoDcLow, nesoDrLow, fcr])),
      curveService("high", W(rng.between(1e5, 4e6)), rng.pick([nesoDcHigh, nesoDrHigh])),
    );
    const config = { ...some, connection: { ...some.connection, exportWMax, importWMax } };
    const input = sampleInput(sampleImage({ units }), { grants: [sampleGrant({ powerW: W(rng.between(-6e6, 6e6)) })] });
    let hz = 50;
    const frequency = () => {
      hz = Math.max(49, Math.min(51, hz + rng.between(-0.3, 0.3)));
      return good(Hz(hz), Ms(100));
    };
    for (const { powerW, output } of runServices(input, config, seconds(6), frequency)) {
      expect(powerW).toBeLessThanOrEqual(exportWMax);
      expect(powerW).toBeGreaterThanOrEqual(-importWMax);
      const { services } = output.explanation;
      for (const { wantedW, deliveredW } of services) {
        expect(Math.abs(deliveredW)).toBeLessThanOrEqual(Math.abs(wantedW) + 1);
        expect(deliveredW * wantedW).toBeGreaterThanOrEqual(0);
      }
    }
  }
});
