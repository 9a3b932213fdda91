import type { Rng } from "@penstock/protocol/rng";
import type { SiteName } from "../harness/scene.ts";
import type { SocketWorld } from "../harness/socket-world.ts";
import type { World } from "../harness/world.ts";
import { until } from "../scenarios/scenario.ts";
import { type Deed, deeds } from "./deeds.ts";

/** How often a deed was done, and how long the site then took to be whole again. */
export interface Recovery {
  readonly count: number;
  readonly medianMs: number;
  readonly maxMs: number;
  readonly allowedMs: number;
}

/** Deed after deed, each drawn from the seed, each followed until its site is whole again. */
export class Churn {
  readonly #broken: string[] = [];
  readonly #world: SocketWorld;
  readonly #story: World;
  readonly #rng: Rng;
  readonly #tookMs = new Map<Deed, number[]>();

  constructor(world: SocketWorld, story: World, rng: Rng) {
    this.#world = world;
    this.#story = story;
    this.#rng = rng;
  }

  async run(forMs: number, progress: (text: string) => void): Promise<void> {
    const story = this.#story;
    let toldMs = story.nowMs();
    for (const endMs = story.nowMs() + forMs; story.nowMs() < endMs; ) {
      await this.#one();
      if (story.nowMs() - toldMs < 60_000) continue;
      toldMs = story.nowMs();
      const done = [...this.#tookMs.values()].reduce((sum, { length }) => sum + length, 0);
      progress(`${Math.round((endMs - toldMs) / 60e3)} minutes to go; ${done} deeds, ${this.#broken.length} findings`);
    }
  }

  async #one(): Promise<void> {
    const site = this.#rng.pick(this.#world.options.sites);
    const deed = this.#rng.pick(deeds);
    const { name } = deed;
    try {
      await deed.run({ world: this.#world, story: this.#story, site, rng: this.#rng });
      const tookMs = await whole(this.#world, this.#story, site, name);
      this.#tookMs.set(deed, [...(this.#tookMs.get(deed) ?? []), tookMs]);
    } catch (error) {
      this.#broken.push(error instanceof Error ? error.message : String(error));
    }
    await this.#story.pass(this.#rng.integer(200, 2_000));
  }

  /** A site that was not whole again at all, and deeds that took too long at the median: of one or two it says nothing. */
  get findings(): string[] {
    const slow = Object.entries(this.recoveries()).filter(
      ([, { count, medianMs, allowedMs }]) => count >= 3 && medianMs > allowedMs,
    );
    return [
      ...this.#broken,
      ...slow.map(
        ([name, { medianMs, allowedMs }]) =>
          `a site is whole again ${medianMs} ms after "${name}", at the median; ${allowedMs} are allowed`,
      ),
    ];
  }

  recoveries(): Record<string, Recovery> {
    const byName = Map.groupBy(this.#tookMs, ([{ name }]) => name);
    return Object.fromEntries(
      [...byName].map(([name, lines]) => {
        const sorted = lines.flatMap(([, tookMs]) => tookMs).sort((a, b) => a - b);
        const at = (fraction: number) => Math.round(sorted[Math.floor(fraction * (sorted.length - 1))] ?? Number.NaN);
        const allowedMs = lines[0]?.[0].wholeAfterMs ?? 0;
        return [name, { count: sorted.length, medianMs: at(0.5), maxMs: at(1), allowedMs }];
      }),
    );
  }
}

/** Until every device is ready and the link online again; the milliseconds it took. */
export const whole = (world: SocketWorld, story: World, site: SiteName, after: string): Promise<number> =>
  until(story, `${site} is whole after "${after}"`, PATIENCE_MS, async () => {
    const status = await world.edge(site).status();
    const areReady = status?.devices.every(({ state }) => state === "ready") ?? false;
    return areReady && status?.link?.state === "online";
  });

/** Beyond it, on however busy a machine, something is stuck. */
const PATIENCE_MS = 120_000;
