import type { Interval } from "@penstock/protocol/time";
import type { UtcMs } from "@penstock/protocol/units";
import { z } from "zod";
import { participantRules } from "../curve-market.ts";
import type { MarketUnit, SubmissionKind, Violation } from "../market.ts";
import { offerFields, offerFile } from "../offer-file.ts";
import { isOnTick, violation } from "../violation.ts";
import { efaBlock, responseGateMs } from "./calendar.ts";
import { sustainMinutes } from "./rules.ts";

export const responseServices = ["DCL", "DCH", "DML", "DMH", "DRL", "DRH"] as const;
export type ResponseService = (typeof responseServices)[number];

/**
 * A basket of sell orders for one unit and one EFA block in the response auction: one parent, up to ten children that
 * are only taken with it, up to ten that may stand in for each other. Each order may hold several services at one
 * price. Baskets of one block exclude each other; those of one `loopFamily` link blocks. Negative prices are allowed;
 * paid as cleared, GBP/MW/h. Low services discharge when frequency is low, high ones charge.
 *
 * Source: NESO's description of the auction. Whole megawatts, two decimals and the price limit are believed, not read.
 */
export interface ResponseBasket {
  readonly marketId: "gb";
  readonly unitId: string;
  /** An EFA block. */
  readonly interval: Interval;
  readonly versionNumber: number;
  readonly decidedAtMs: UtcMs;
  readonly basketId: number;
  readonly loopFamily?: string;
  readonly orders: readonly ResponseOrder[];
}

export interface ResponseOrder {
  readonly kind: "parent" | "child" | "substitutable";
  readonly pricePerMWh: number;
  readonly volumesMW: Readonly<Partial<Record<ResponseService, number>>>;
}

const BASKETS_MAX = 25;
const CHILDREN_MAX = 10;
const PRICE_MAX = 9_999;

const volumes = z.object(Object.fromEntries(responseServices.map((service) => [service, z.number().optional()])));

const file = offerFile<ResponseBasket>(
  "gb.eac-file-1",
  z.object({
    marketId: z.literal("gb"),
    ...offerFields,
    basketId: z.int(),
    loopFamily: z.string().optional(),
    orders: z.array(
      z.object({ kind: z.enum(["parent", "child", "substitutable"]), pricePerMWh: z.number(), volumesMW: volumes }),
    ),
  }) as unknown as z.ZodType<ResponseBasket>,
);

export const responseBasket: SubmissionKind<ResponseBasket> = {
  id: "gb.eac",
  text: "baskets for the response auction: Dynamic Containment, Moderation and Regulation, low and high",
  gateClosureMs: ({ interval }) => responseGateMs(interval),
  validate: (basket, unit) => [
    ...participantRules("gb", basket, unit),
    ...blockRules(basket),
    ...familyRules(basket),
    ...basket.orders.flatMap((order, index) => [...orderRules(order, `order ${index + 1}`)]),
    ...deliveryRules(basket, unit),
  ],
  ...file,
};

function* blockRules({ interval, decidedAtMs, basketId }: ResponseBasket): Iterable<Violation> {
  const block = efaBlock(interval.startMs).interval;
  if (interval.startMs !== block.startMs || interval.endMs !== block.endMs)
    yield violation("gb.efa-block", "interval", "it is not an EFA block");
  if (decidedAtMs > responseGateMs(interval))
    yield violation("gb.gate-closed", "interval", "it was decided after 14:00 on the day before");
  if (!(Number.isSafeInteger(basketId) && basketId >= 1 && basketId <= BASKETS_MAX)) {
    yield violation(
      "gb.basket-count",
      "basket",
      `${basketId} is not one of the ${BASKETS_MAX} baskets of a unit and day`,
    );
  }
}

function* familyRules({ orders }: ResponseBasket): Iterable<Violation> {
  const count = (kind: ResponseOrder["kind"]) => orders.filter((order) => order.kind === kind).length;
  if (count("parent") !== 1)
    yield violation("gb.one-parent", "orders", `a basket has one parent, not ${count("parent")}`);
  for (const kind of ["child", "substitutable"] as const) {
    if (count(kind) > CHILDREN_MAX)
      yield violation("gb.child-count", "orders", `${count(kind)} ${kind} orders where ${CHILDREN_MAX} are allowed`);
  }
}

function* orderRules({ pricePerMWh, volumesMW }: ResponseOrder, where: string): Iterable<Violation> {
  if (!(Math.abs(pricePerMWh) <= PRICE_MAX))
    yield violation("gb.price-limit", where, `${pricePerMWh} is outside ±${PRICE_MAX}`);
  if (!isOnTick(pricePerMWh, 0.01))
    yield violation("gb.price-decimals", where, `${pricePerMWh} has more than two decimals`);
  const named = Object.entries(volumesMW);
  if (named.length === 0) yield violation("gb.volume", where, "it offers no service");
  for (const [service, volumeMW] of named) {
    if (!responseServices.includes(service as ResponseService))
      yield violation("gb.service", where, `${service} is none of ${responseServices.join(", ")}`);
    if (!(Number.isSafeInteger(volumeMW) && (volumeMW as number) > 0)) {
      yield violation("gb.volume", `${where} ${service}`, `${volumeMW} MW is not a whole number above 0`);
    }
  }
}

/** The most that may be taken at once: parent, all children, and the largest of those that stand in for each other. */
function* deliveryRules({ orders }: ResponseBasket, unit: MarketUnit): Iterable<Violation> {
  const total = (side: "L" | "H", weight: (service: ResponseService) => number) => {
    const of = ({ volumesMW }: ResponseOrder) =>
      responseServices.reduce(
        (sum, service) => (service.endsWith(side) ? sum + (volumesMW[service] ?? 0) * weight(service) : sum),
        0,
      );
    const together = orders.filter(({ kind }) => kind !== "substitutable").reduce((sum, order) => sum + of(order), 0);
    return together + Math.max(0, ...orders.filter(({ kind }) => kind === "substitutable").map(of));
  };
  const hours = (service: ResponseService) => sustainMinutes[service.slice(0, 2) as keyof typeof sustainMinutes] / 60;
  if (total("L", () => 1) > unit.maxCapacityMW)
    yield violation("gb.capacity", "low services", `more than ${unit.maxCapacityMW} MW of discharge`);
  if (total("H", () => 1) > unit.minLoadMW)
    yield violation("gb.capacity", "high services", `more than ${unit.minLoadMW} MW of charge`);
  const energyMWh = total("L", hours) + total("H", hours);
  if (energyMWh > unit.storageMWh) {
    yield violation(
      "gb.response-duration",
      "energy",
      `sustained delivery both ways needs ${energyMWh} MWh, the storage holds ${unit.storageMWh}`,
    );
  }
}
