import type { MemoryBroker } from "@penstock/cloud/broker/index.ts";
import { EdgeAgent } from "@penstock/edge/agent/edge-agent.ts";
import { noLatches } from "@penstock/edge/agent/latches-fact.ts";
import { type StatusReport, statusReport, type WhyReport, whyReport } from "@penstock/edge/agent/site-report.ts";
import type { SiteConfig } from "@penstock/edge/config/site-config.ts";
import type { EdgeEvent } from "@penstock/edge/loop/loop-types.ts";
import { SiteLoop } from "@penstock/edge/loop/site-loop.ts";
import { SleepWatch } from "@penstock/edge/loop/sleep-watch.ts";
import { MemoryDisk } from "@penstock/edge/store/memory-disk.ts";
import { MemoryStore } from "@penstock/edge/store/memory-store.ts";
import type { SiteSim } from "@penstock/firmware-sims/sites/index.ts";
import type { Rng } from "@penstock/protocol/rng";
import type { ProcessClock, SimClock, Timer } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { SiteCheckers } from "../checkers/site-checkers.ts";
import { promisesOf, type SiteName, type Stage } from "./scene.ts";
import type { Trace } from "./trace.ts";
import { readPlant, virtualTransports } from "./virtual-devices.ts";

/** How finely the plant's physics moves unless somebody wants it otherwise. */
const PHYSICS_STEP_MS = Ms(50);
/** How often the plant's truth is folded into the trace. */
const TRACE_EVERY_MS = 1_000;
const DISK_LATENCY_MS = Ms(2);

export interface VirtualSiteOptions {
  readonly name: SiteName;
  readonly clock: SimClock;
  readonly rng: Rng;
  readonly sim: SiteSim;
  readonly config: SiteConfig;
  readonly broker: () => MemoryBroker | undefined;
  readonly trace: Trace;
  readonly stage: Stage;
  readonly physicsStepMs?: Ms | undefined;
}

/** One site on the virtual clock: its plant, its judges, its disk, and the edge process that comes and goes. */
export class VirtualSite {
  readonly name: SiteName;
  readonly sim: SiteSim;
  readonly checkers: SiteCheckers;
  readonly disk: MemoryDisk;
  readonly events: EdgeEvent[] = [];
  starts = 0;
  readonly #options: VirtualSiteOptions;
  #process: EdgeProcess | undefined;

  constructor(options: VirtualSiteOptions) {
    this.#options = options;
    this.name = options.name;
    this.sim = options.sim;
    this.checkers = new SiteCheckers(promisesOf(options.name, options.stage));
    this.disk = new MemoryDisk({ epoch: `disk-of-${options.name}` });
    const index = options.config.siteId.length;
    const numbers = new Map(
      this.sim.modbusDevices.map(({ id }) => [id, index * 100 + Number(id.split("-")[1])] as const),
    );
    this.sim.observeWrites((device, address, values) =>
      options.trace.registers(1, numbers.get(device) ?? Number.NaN, address, values),
    );
    options.clock.after(options.physicsStepMs ?? PHYSICS_STEP_MS, this.#move);
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get clock(): ProcessClock | undefined {
    return this.#process?.clock;
  }

  /** A new process on the old disk. */
  startEdge(): void {
    if (this.#process !== undefined) return;
    this.starts++;
    const { clock: world, config, rng, broker } = this.#options;
    const clock = world.forProcess();
    const store = new MemoryStore({ clock, disk: this.disk, latencyMs: DISK_LATENCY_MS });
    const link = broker()?.link({ role: "site", group: config.cloud?.groupId ?? "", node: config.cloud?.nodeId ?? "" });
    let plant: Timer | undefined;
    const loop = new SiteLoop({
      clock,
      config,
      transportFor: virtualTransports(this.sim, clock),
      emit: (output) => {
        agent.onLoopOutput(output);
        // As the edge's shell does: another loop and agent, on the same disk.
        if (output.type === "slept") this.#beginAgain();
      },
      sleepWatch: new SleepWatch(clock, () => clock.sinceBootMs()),
      initialLatches: noLatches,
      initialGrants: [],
    });
    const agent: EdgeAgent = new EdgeAgent({
      clock,
      rng: rng.fork(`edge-${this.starts}`),
      config,
      store,
      ...(link === undefined ? {} : { link }),
      loop: { post: (input) => loop.accept(input) },
      onEvent: (event) => this.#keep(event),
    });
    agent.start(() => {
      loop.start();
      if (config.plant !== undefined) {
        plant = readPlant(this.sim.plantController, clock, config.plant.readEveryMs, (reading) =>
          loop.accept({ type: "plant", reading }),
        );
      }
    });
    this.#process = {
      clock,
      agent,
      abort: () => {
        plant?.cancel();
        link?.abort();
      },
    };
  }

  #beginAgain(): void {
    const { clock } = this.#options;
    clock.after(Ms(0), () => {
      this.stopEdge();
      this.startEdge();
    });
  }

  /** kill -9: no goodbye, and whatever the disk had not answered may be lost. */
  killEdge(): void {
    this.#process?.clock.kill();
    this.#process?.abort();
    this.#process = undefined;
  }

  /** An orderly end: says goodbye, then dies. */
  stopEdge(): void {
    this.#process?.agent.stop();
    this.killEdge();
  }

  why(): WhyReport | undefined {
    return this.#process && whyReport(this.#process.agent.view());
  }

  status(): StatusReport | undefined {
    return this.#process && statusReport(this.#process.agent.view(), undefined);
  }

  /** Somebody at the site asks something of the edge, as `sitectl` does; nothing happens while none runs. */
  operate(request: object, answer: (response: unknown) => void = () => {}): void {
    this.#process?.agent.operate(request, "admin", answer);
  }

  /** Physics, then its judges, step by step for ever. */
  readonly #move = (): void => {
    const { sim, checkers } = this;
    const { clock, trace, physicsStepMs = PHYSICS_STEP_MS } = this.#options;
    sim.step(physicsStepMs);
    checkers.look(sim.truth, physicsStepMs, sim.faults.active);
    if (sim.truth.elapsedMs % TRACE_EVERY_MS === 0) {
      const { gridPowerW, batteryPowerW, frequencyHz, exportedWh, importedWh } = sim.truth;
      trace.note(2, gridPowerW, batteryPowerW, frequencyHz, exportedWh, importedWh);
    }
    clock.after(physicsStepMs, this.#move);
  };

  #keep(event: EdgeEvent): void {
    this.events.push(event);
    if (this.events.length > 5_000) this.events.shift();
  }
}

interface EdgeProcess {
  readonly clock: ProcessClock;
  readonly agent: EdgeAgent;
  abort(): void;
}
