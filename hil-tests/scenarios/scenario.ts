import { randomUUID } from "node:crypto";
import { existsSync } from "node:fs";
import { issueLease, type Lease } from "@penstock/protocol/lease";
import { Ms, UtcMs, Var, type W } from "@penstock/protocol/units";
import type { SiteName } from "../harness/scene.ts";
import type { ServicesBySite } from "../harness/site-config.ts";
import type { SiteHandle, World } from "../harness/world.ts";

/** A story: who is in it, what happens, and what the plant must then show. It throws when the promise is broken. */
export interface Scenario {
  readonly name: string;
  readonly sites: readonly SiteName[];
  /** What the sites are contracted for besides energy. */
  readonly services?: ServicesBySite;
  /** Market time runs so much faster than the wall clock, and energy with it; 1 unless said. */
  readonly marketSpeed?: number;
  /** A file of recorded data it cannot be told without; where it is not there the story is skipped, and says so. */
  readonly needs?: string;
  /** It takes hours or a time of day: told on the virtual clock only, from this moment on and with half a second to a cycle. */
  readonly virtualFromMs?: UtcMs;
  run(world: World): Promise<void>;
}

export const lacksData = ({ needs }: Scenario): boolean => needs !== undefined && !existsSync(needs);

/** The story could not be told well enough to be judged: neither a promise kept nor one broken. A test says it as skipped. */
export class NotJudged extends Error {}

/** Waits until something is so; says what it waited for when it never is. Gives the milliseconds it took. */
export async function until(
  world: World,
  what: string,
  withinMs: number,
  isSo: () => Promise<boolean> | boolean,
  everyMs = 100,
): Promise<number> {
  const startedMs = world.nowMs();
  for (;;) {
    if (await isSo()) return world.nowMs() - startedMs;
    if (world.nowMs() - startedMs > withinMs) throw new Error(`${what}: not within ${withinMs / 1e3} s`);
    await world.pass(everyMs);
  }
}

/** Looks at something for a while and keeps what it saw. */
export async function watch<T>(world: World, forMs: number, look: () => Promise<T>, everyMs = 100): Promise<T[]> {
  const seen: T[] = [];
  for (const endMs = world.nowMs() + forMs; world.nowMs() < endMs; await world.pass(everyMs)) seen.push(await look());
  return seen;
}

/** Devices are ready, the plant controller has said that the breaker is closed (until then nothing may flow), the link is up. */
export const settle = (world: World, site: SiteHandle): Promise<number> =>
  until(world, `${site.name} is under control and online`, 60_000, async () => {
    const [status, why] = [await site.status(), await site.why()];
    const areReady = status?.devices.every(({ state }) => state === "ready") ?? false;
    // Null before the first decision, 0 while the breaker is unknown.
    return areReady && status?.link?.state === "online" && (why?.powerWMax ?? 0) > 0;
  });

let sequence = 0;

/** A lease as the storyteller writes it: valid unless told otherwise. */
export function leaseFor(world: World, site: SiteName, wish: Partial<Lease> & { readonly powerW: W }): Lease {
  const nowMs = world.wallMs();
  sequence++;
  return {
    v: 1,
    id: randomUUID(),
    audience: world.cloud.storyteller.audienceOf(site),
    issuer: world.cloud.storyteller.issuer,
    epoch: 1,
    sequence: Math.floor(nowMs / 10) * 100 + (sequence % 100),
    issuedAtMs: UtcMs(nowMs),
    notBeforeMs: UtcMs(nowMs - 1_000),
    expiresAtMs: UtcMs(nowMs + 60_000),
    ttlMs: Ms(60_000),
    kind: "setpoint",
    reactiveVar: Var(0),
    priority: 9,
    onExpire: { action: "ramp-to-zero" },
    reason: "a story",
    ...wish,
  };
}

/** Gives a lease to a site; the lease's id, by which the site's `why` names it. */
export async function grant(
  world: World,
  site: SiteName,
  wish: Partial<Lease> & { readonly powerW: W },
): Promise<string> {
  const lease = leaseFor(world, site, wish);
  await world.cloud.deliver(site, issueLease(lease, [world.cloud.storyteller.key]));
  return lease.id;
}

/** Every number the site ever gave out is with the cloud, once; none is acknowledged that is not there. */
export async function expectNothingLost(world: World, site: SiteHandle, withinMs = 60_000): Promise<void> {
  const { epoch, streams } = await site.stored();
  for (const [stream, { lastSequence }] of Object.entries(streams)) {
    if (lastSequence === 0) continue;
    await until(
      world,
      `${site.name}'s ${stream} up to ${lastSequence} is complete in the cloud`,
      withinMs,
      async () => {
        const line = (await world.cloud.ledger(site.name)).find(
          (each) => each.epoch === epoch && each.stream === stream,
        );
        return (line?.completeUpTo ?? 0) >= lastSequence;
      },
    );
    const line = (await world.cloud.ledger(site.name)).find((each) => each.epoch === epoch && each.stream === stream);
    expectThat(
      (line?.received ?? 0) <= (line?.highest ?? 0),
      `${stream} holds ${line?.received} of ${line?.highest} numbers`,
    );
  }
}

export async function expectNoViolations(site: SiteHandle): Promise<void> {
  const violations = await site.violations();
  expectThat(
    violations.length === 0,
    `${site.name}: ${violations.map(({ checker, text }) => `${checker}: ${text}`).join("; ")}`,
  );
}

export function expectThat(isSo: boolean, otherwise: string): asserts isSo {
  if (!isSo) throw new Error(otherwise);
}
