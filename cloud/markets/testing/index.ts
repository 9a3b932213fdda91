import { ercotEnergyExamples, ercotReserveExamples, operatingPlanExamples } from "../ercot/testing/examples.ts";
import { nemEnergyExamples, nemFcasExamples } from "../nem/testing/examples.ts";
import type { ExampleKind } from "./example-kind.ts";

/** Everything a desk can send to a market operator, ready to be tried by the million. */
export const exampleKinds: readonly ExampleKind[] = [
  nemEnergyExamples,
  nemFcasExamples,
  ercotEnergyExamples,
  ercotReserveExamples,
  operatingPlanExamples,
];

export { type ExampleKind, type Tally, tryKind } from "./example-kind.ts";
