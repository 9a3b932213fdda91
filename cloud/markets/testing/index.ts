import { caisoEnergyExamples, caisoReserveExamples, stateOfChargeExamples } from "../caiso/testing/examples.ts";
import { ercotEnergyExamples, ercotReserveExamples, operatingPlanExamples } from "../ercot/testing/examples.ts";
import { balancingExamples, gbEnergyExamples, responseBasketExamples } from "../gb/testing/examples.ts";
import { nemEnergyExamples, nemFcasExamples } from "../nem/testing/examples.ts";
import {
  afrrCapacityExamples,
  afrrEnergyExamples,
  blockExamples,
  fcrExamples,
  intradayExamples,
  sdacEnergyExamples,
} from "../sdac/testing/examples.ts";
import type { ExampleKind } from "./example-kind.ts";

/** Everything a desk can send to a market operator, ready to be tried by the million. */
export const exampleKinds: readonly ExampleKind[] = [
  nemEnergyExamples,
  nemFcasExamples,
  ercotEnergyExamples,
  ercotReserveExamples,
  operatingPlanExamples,
  caisoEnergyExamples,
  caisoReserveExamples,
  stateOfChargeExamples,
  gbEnergyExamples,
  responseBasketExamples,
  balancingExamples,
  sdacEnergyExamples,
  blockExamples,
  intradayExamples,
  fcrExamples,
  afrrCapacityExamples,
  afrrEnergyExamples,
];

export { type ExampleKind, type Tally, tryKind } from "./example-kind.ts";
