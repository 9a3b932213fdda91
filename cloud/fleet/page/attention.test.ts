import type { SiteDocument } from "@penstock/protocol/fleet";
import { expect, test } from "vitest";
import { byAttention } from "./attention.ts";

const site = (siteId: string, fields: Partial<Record<keyof SiteDocument, unknown>> = {}) =>
  ({
    siteId,
    name: siteId,
    state: "normal",
    wishPowerW: 0,
    targetPowerW: 0,
    because: [],
    ...fields,
  }) as unknown as SiteDocument;

const order = (...sites: readonly SiteDocument[]) => byAttention(sites).map(({ siteId }) => siteId);

test("the worst state is first, whatever order the sites came in", () => {
  expect(
    order(
      site("calm"),
      site("held", { state: "limited" }),
      site("gone", { state: "offline" }),
      site("broken", { state: "alarm" }),
    ),
  ).toEqual(["gone", "broken", "held", "calm"]);
});

test("among limited sites the one that holds back most is first", () => {
  const limited = { state: "limited", because: ["grid-connection"] };
  expect(
    order(
      site("a", { ...limited, wishPowerW: 5e6, targetPowerW: 4e6 }),
      site("b", { ...limited, wishPowerW: -5e6, targetPowerW: -1e6 }),
    ),
  ).toEqual(["b", "a"]);
});

test("a ramp under way holds nothing back: equals stay in the order of their names", () => {
  expect(order(site("b", { wishPowerW: 5e6 }), site("a"))).toEqual(["a", "b"]);
});

test("a site that never spoke is sorted by its state alone", () => {
  expect(order(site("b"), site("a", { wishPowerW: null, targetPowerW: null }))).toEqual(["a", "b"]);
});
