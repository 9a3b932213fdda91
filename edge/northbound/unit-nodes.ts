import type { UnitConfig } from "../config/site-config.ts";
import type { Reading, UnitImage } from "../control/image.ts";
import type { SiteStatus } from "../loop/loop-types.ts";
import { reading, type SiteNode, scaled } from "./site-node.ts";

/** One unit's nodes, below `Site/Units/<id>`. */
export function unitNodes({ id, rating }: UnitConfig, index: number): readonly SiteNode[] {
  const of =
    <T extends number | boolean | string>(get: (unit: UnitImage) => Reading<T>) =>
    ({ image }: SiteStatus) => {
      const unit = image.units[index];
      return unit && get(unit);
    };
  const power = [-rating.chargeWMax, rating.dischargeWMax] as const;
  const at = (name: string) => `Units/${id}/${name}`;
  return [
    reading(
      at("ActivePower"),
      "Power, W, + out",
      of((unit) => unit.powerW),
      { unit: "W", range: power },
    ),
    reading(
      at("ReactivePower"),
      "Reactive power, var, + injects",
      of((unit) => unit.reactiveVar),
      { unit: "var" },
    ),
    reading(
      at("StateOfCharge"),
      "State of charge, %",
      of(({ soc }) => scaled(soc, 100)),
      { unit: "%", range: [0, 100] },
    ),
    reading(
      at("ChargePowerAvailable"),
      "What it may be charged with, W",
      of((unit) => unit.chargeWMax),
      { unit: "W" },
    ),
    reading(
      at("DischargePowerAvailable"),
      "What it may give, W",
      of((unit) => unit.dischargeWMax),
      { unit: "W" },
    ),
    reading(
      at("Temperature"),
      "Its warmest place, °C",
      of((unit) => unit.temperatureC),
      { unit: "°C" },
    ),
    reading(
      at("Setpoint"),
      "The set-point it says it holds, W",
      of((unit) => unit.setpointW),
      { unit: "W", range: power },
    ),
    reading(
      at("State"),
      "running, standby, starting, fault or off",
      of((unit) => unit.state),
      {},
      "String",
    ),
    reading(
      at("Remote"),
      "It takes set-points from here",
      of((unit) => unit.remote),
      {},
      "Boolean",
    ),
  ];
}
