import { clamp, type W } from "@penstock/protocol/units";
import { type PriceQuantityCurve, priceQuantityCurve } from "../strategies/price-quantity-curve.ts";

/** The same curve, kept within what the site can do now. Limits are sizes. */
export const clipCurve = (curve: PriceQuantityCurve, chargeWMax: W, dischargeWMax: W): PriceQuantityCurve =>
  priceQuantityCurve(
    clamp(curve.powerWAtFloor, -chargeWMax, dischargeWMax),
    curve.steps.map(({ pricePerMWh, powerW }) => ({
      pricePerMWh,
      powerW: clamp(powerW, -chargeWMax, dischargeWMax) as W,
    })),
  );
