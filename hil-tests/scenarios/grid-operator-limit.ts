import { MW } from "@penstock/protocol/units";
import { scenes } from "../harness/scene.ts";
import { expectNoViolations, expectThat, grant, type Scenario, settle, until } from "./scenario.ts";

const LIMIT_W = 4e6;

/** The grid operator's limit drops while dispatch is at maximum: inside within the site's ramp, and `why` names it. */
export const gridOperatorLimit: Scenario = {
  name: "the grid operator's limit drops while dispatch is at its maximum",
  sites: ["park"],
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    await grant(world, "park", { powerW: MW(18) });
    await until(world, "the park gives 18 MW", 30_000, async () => (await park.truth()).gridPowerW > 17.5e6);

    await park.limitByGridOperator(-20e6, LIMIT_W);
    const rampMs = ((18e6 - LIMIT_W) / (scenes.park.rampKWPerS * 1e3)) * 1_000;
    const tookMs = await until(world, "the meter is inside the new limit", rampMs + 3_000, async () => {
      return (await park.truth()).gridPowerW <= LIMIT_W * 1.01;
    });
    expectThat(tookMs <= rampMs + 3_000, `took ${tookMs} ms`);
    await world.pass(2_000);
    const limits = (await park.why())?.limits ?? [];
    const named = limits.find(({ limit }) => limit === "grid-operator");
    expectThat(
      named !== undefined && named.movedW < 0,
      `why names ${limits.map(({ limit }) => limit).join(", ") || "nothing"}`,
    );

    await park.killEdge();
    await world.pass(300);
    await park.startEdge();
    await until(world, "the new process knows the limit", 10_000, async () => {
      return (await park.why())?.limits.some(({ limit }) => limit === "grid-operator") ?? false;
    });
    await park.liftGridOperatorLimit();
    await until(world, "the park gives 18 MW again", 30_000, async () => (await park.truth()).gridPowerW > 17.5e6);
    await expectNoViolations(park);
  },
};
