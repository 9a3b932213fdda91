import { randomBytes } from "node:crypto";
import { issueLease, type Lease, privateKeyFromSeed } from "@penstock/protocol/lease";
import { Ms, MW, UtcMs } from "@penstock/protocol/units";
import type { World } from "../harness/world.ts";
import { expectNoViolations, expectThat, grant, leaseFor, type Scenario, settle, until } from "./scenario.ts";

interface Attack {
  readonly name: string;
  /** What the audit must say. */
  readonly code: string;
  readonly envelope: (world: World, replayable: Uint8Array) => Uint8Array;
}

const wish = { powerW: MW(-15) };
const signed = (world: World, change: Partial<Lease>) =>
  issueLease({ ...leaseFor(world, "park", wish), ...change }, [world.cloud.storyteller.key]);

const ATTACKS: readonly Attack[] = [
  {
    name: "signed by a stranger",
    code: "lease.forged",
    envelope: (world) =>
      issueLease(leaseFor(world, "park", wish), [
        { keyId: world.cloud.storyteller.key.keyId, privateKey: privateKeyFromSeed(randomBytes(32)) },
      ]),
  },
  {
    name: "one bit turned on the way",
    code: "lease.",
    envelope: (world) => {
      const bytes = Uint8Array.from(signed(world, {}));
      const at = Math.floor(bytes.length / 3);
      bytes[at] = (bytes[at] ?? 0) ^ 1;
      return bytes;
    },
  },
  { name: "a number that was used before", code: "lease.repeated", envelope: (_, replayable) => replayable },
  {
    name: "older than what is held",
    code: "lease.stale-sequence",
    envelope: (world) => signed(world, { sequence: 1 }),
  },
  {
    name: "expired",
    code: "lease.expired",
    envelope: (world) =>
      signed(world, {
        issuedAtMs: UtcMs(world.wallMs() - 120_000),
        notBeforeMs: UtcMs(world.wallMs() - 120_000),
        expiresAtMs: UtcMs(world.wallMs() - 60_000),
        ttlMs: Ms(60_000),
      }),
  },
  {
    name: "written for another site",
    code: "lease.foreign-audience",
    envelope: (world) => signed(world, { audience: world.cloud.storyteller.audienceOf("feeder") }),
  },
  { name: "no lease at all", code: "lease.", envelope: () => new TextEncoder().encode('{"powerW":-15000000}') },
];

/** A forged, replayed, expired or foreign lease moves nothing and leaves an audit record. */
export const badLeases: Scenario = {
  name: "forged, replayed, expired and foreign leases move nothing and leave their trace",
  sites: ["park"],
  async run(world) {
    const park = world.site("park");
    await settle(world, park);
    const replayable = issueLease(leaseFor(world, "park", { powerW: MW(-15), ttlMs: Ms(1_500) }), [
      world.cloud.storyteller.key,
    ]);
    await world.cloud.deliver("park", replayable);
    await until(world, "the short lease was followed", 5_000, async () => (await park.truth()).batteryPowerW < -1e5);
    await until(
      world,
      "the short lease is over",
      30_000,
      async () => Math.abs((await park.truth()).batteryPowerW) < 20e3,
    );

    await grant(world, "park", { powerW: MW(5) });
    await until(world, "the park gives 5 MW", 20_000, async () => (await park.truth()).batteryPowerW > 4.95e6);
    const auditedBefore = (await park.audit()).length;
    for (const attack of ATTACKS) {
      await world.cloud.deliver("park", attack.envelope(world, replayable));
      await world.pass(1_000);
      const powerW = (await park.truth()).batteryPowerW;
      expectThat(Math.abs(powerW - 5e6) < 50e3, `${attack.name}: moved the battery to ${powerW / 1e6} MW`);
    }
    const entries = await park.audit();
    expectThat(
      entries.length - auditedBefore >= ATTACKS.length,
      `${entries.length - auditedBefore} audit records for ${ATTACKS.length} attacks`,
    );
    for (const attack of ATTACKS) {
      expectThat(
        entries.some(({ outcome }) => outcome.includes(attack.code)),
        `no audit record says ${attack.code}: ${entries.map(({ outcome }) => outcome).join(", ")}`,
      );
    }
    await expectNoViolations(park);
  },
};
