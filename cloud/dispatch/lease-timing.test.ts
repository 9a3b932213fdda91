import { Ms, minutes, seconds } from "@penstock/protocol/units";
import { expect, test } from "vitest";
import { leaseTiming } from "./lease-timing.ts";

test.each([
  // interval, wall   lives   renewed every
  [seconds(1), seconds(15), seconds(5)],
  [seconds(5), seconds(15), seconds(5)],
  [seconds(20), seconds(60), seconds(20)],
  [minutes(5), minutes(2), seconds(40)],
])("with intervals of %d ms a lease lives %d ms and is renewed every %d ms", (intervalMs, ttlMs, renewEveryMs) => {
  expect(leaseTiming(Ms(intervalMs))).toEqual({ ttlMs, renewEveryMs });
});
