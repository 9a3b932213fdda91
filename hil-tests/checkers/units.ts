import type { Checker, SitePromises } from "./checker.ts";
import { kilowatts } from "./grid-limits.ts";

/** Outside its window a unit may rest or come back, never go further out. */
const SOC_TOLERANCE = 0.005;
const REST = 0.02;

export function socWindowChecker(promises: SitePromises): Checker {
  let outsideMs = 0;
  return {
    name: "soc-window",
    look(truth, dtMs) {
      let wrong: string | undefined;
      for (const unit of truth.units) {
        if (unit.soc < 0 || unit.soc > 1) return `${unit.id} holds ${(unit.soc * 100).toFixed(2)} % of its energy`;
        const restW = promises.apparentVAMax * REST;
        const isDraining = unit.soc < promises.socMin - SOC_TOLERANCE && unit.powerW > restW;
        const isFilling = unit.soc > promises.socMax + SOC_TOLERANCE && unit.powerW < -restW;
        if (isDraining || isFilling)
          wrong = `${unit.id} at ${(unit.soc * 100).toFixed(1)} % does ${kilowatts(unit.powerW)}`;
      }
      outsideMs = wrong === undefined ? 0 : outsideMs + dtMs;
      if (outsideMs <= 3 * promises.reactionMs) return undefined;
      outsideMs = 0;
      return wrong;
    },
  };
}

/** No inverter carries more than its apparent power, ever. */
export function apparentPowerChecker(promises: SitePromises): Checker {
  const squared = (promises.apparentVAMax * 1.001) ** 2;
  return {
    name: "apparent-power",
    look(truth) {
      for (const unit of truth.units) {
        if (unit.powerW * unit.powerW + unit.reactivePowerVar * unit.reactivePowerVar > squared) {
          return `${unit.id} carries ${kilowatts(Math.hypot(unit.powerW, unit.reactivePowerVar))} (VA), rated ${kilowatts(promises.apparentVAMax)}`;
        }
      }
      return undefined;
    },
  };
}

/** What flows in flows out: the judges' own sum over the wires, so that a flipped sign anywhere shows at once. */
export function balanceChecker(): Checker {
  return {
    name: "power-balance",
    look(truth) {
      let batteryW = 0;
      for (const unit of truth.units) batteryW += unit.powerW;
      const sumW = batteryW + truth.solarW - truth.siteLoadW - truth.auxiliaryW - truth.lossesW;
      const errorW = Math.abs(sumW - truth.gridPowerW);
      return errorW > 1
        ? `parts sum to ${kilowatts(sumW)}, the connection carries ${kilowatts(truth.gridPowerW)}`
        : undefined;
    },
  };
}

/** Power behind an open breaker is none. */
export function breakerChecker(promises: SitePromises): Checker {
  let openMs = 0;
  return {
    name: "breaker",
    look(truth, dtMs) {
      openMs = truth.breakerClosed ? 0 : openMs + dtMs;
      if (openMs <= promises.reactionMs || Math.abs(truth.gridPowerW) < 1) return undefined;
      return `${kilowatts(truth.gridPowerW)} through an open breaker`;
    },
  };
}
