import { Rng } from "@penstock/protocol/rng";
import type { UtcMs } from "@penstock/protocol/units";
import { createSite, siteNames } from "./index.ts";

/** What a simulated 100 ms costs: two steps of the physics, and every unit read and commanded as an edge would. */
for (const name of siteNames) {
  const site = createSite(name, { rng: new Rng(1), startMs: 1_700_000_000_000 as UtcMs });
  const setPoint = Uint16Array.of(1, 1, 0, 4000, 0, 0, 0x8000, 0x8000, 0, 0, 10);
  const cycle = () => {
    site.step(50);
    site.step(50);
    for (const unit of site.units) {
      unit.readHolding(40_070, 43);
      unit.readHolding(40_363, 9);
      unit.readHolding(40_417, 28);
      unit.writeHolding(40_318, setPoint);
    }
    site.meter.readHolding(40_070, 76);
  };
  for (let warm = 0; warm < 20_000; warm++) cycle();
  const cycles = 50_000;
  const started = process.hrtime.bigint();
  for (let count = 0; count < cycles; count++) cycle();
  const withReadsUs = Number(process.hrtime.bigint() - started) / 1e3 / cycles;
  const stepsStarted = process.hrtime.bigint();
  for (let count = 0; count < 2 * cycles; count++) site.step(50);
  const stepsUs = Number(process.hrtime.bigint() - stepsStarted) / 1e3 / cycles;
  console.log(
    `${name}: ${stepsUs.toFixed(1)} µs per simulated 100 ms, ${withReadsUs.toFixed(1)} µs with reads and writes`,
  );
}
