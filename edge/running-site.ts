import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { describeError } from "@penstock/protocol/result";
import { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { EdgeAgent } from "./agent/edge-agent.ts";
import { noLatches } from "./agent/latches-fact.ts";
import type { ConfigDesk } from "./config/config-desk.ts";
import type { SiteConfig } from "./config/site-config.ts";
import type { Grant, Latches } from "./control/step-types.ts";
import { type LoopHandle, startLoopThread } from "./loop/loop-handle.ts";
import type { EdgeEvent, LoopInput, LoopOutput } from "./loop/loop-types.ts";
import { type Northbound, startNorthbound } from "./northbound/northbound.ts";
import { RecorderHandle } from "./recorder/recorder-handle.ts";
import type { EdgeStore } from "./store/edge-store.ts";
import { mqttLink } from "./sync/mqtt-link.ts";

export interface RunningSiteOptions {
  readonly clock: Clock;
  readonly config: SiteConfig;
  readonly configDesk: ConfigDesk;
  readonly store: EdgeStore;
  readonly trustPlantOnFirstUse: boolean;
  readonly onEvent: (event: EdgeEvent) => void;
  readonly onLoopOutput: (output: LoopOutput) => void;
  /** The loop's thread ended by itself: whoever has a supervisor exits now. */
  readonly onLoopFailure: (cause: unknown) => void;
}

/** One site on one configuration: its agent, and the loop's and the recorder's threads. Another configuration is another of these. */
export class RunningSite {
  readonly agent: EdgeAgent;
  readonly #options: RunningSiteOptions;
  readonly #loop = new LoopSlot();
  readonly #recorder: RecorderHandle | undefined;
  #northbound: Northbound | undefined;
  #isEnding = false;

  constructor(options: RunningSiteOptions) {
    const { clock, config, configDesk, store, onEvent } = options;
    const { cloud, recorder } = config;
    this.#options = options;
    this.#recorder =
      recorder &&
      new RecorderHandle(recorder, (error) => process.stderr.write(`the recorder: ${describeError(error)}\n`));
    this.agent = new EdgeAgent({
      clock,
      rng: new Rng(randomBytes(8).toString("hex")),
      config,
      configDesk,
      store,
      northbound: () => this.#northbound?.report() ?? [],
      ...(cloud && {
        link: mqttLink({
          brokerUrl: cloud.brokerUrl,
          username: cloud.username,
          password: () => readFileSync(cloud.passwordFile, "utf8").trim(),
        }),
      }),
      loop: this.#loop,
      onEvent,
    });
    this.agent.start(() => this.#startLoop());
    if (config.northbound !== undefined) this.#northbound = startNorthbound(config, this.agent, clock);
  }

  /** Says goodbye and ends the loop. The units keep their last set-point and come to rest by their own timers. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    await this.#northbound?.close();
    this.agent.stop();
    await this.#loop.stop();
    await this.#recorder?.close();
  }

  #startLoop(): void {
    if (this.#isEnding) return;
    const { config, trustPlantOnFirstUse, onLoopOutput, onLoopFailure } = this.#options;
    const { initialLatches, initialGrants } = this.#loop.initial;
    this.#loop.fill(
      startLoopThread(
        { config, initialLatches, initialGrants, trustPlantOnFirstUse },
        {
          onOutput: (output) => {
            this.agent.onLoopOutput(output);
            onLoopOutput(output);
            if (output.type === "status") this.#northbound?.update();
            if (output.type === "recording" || output.type === "evidence") this.#recorder?.keep(output);
          },
          onFailure: onLoopFailure,
        },
      ),
    );
  }
}

/** Where the loop will be: until its thread runs, what it is told becomes what it starts with. */
class LoopSlot {
  readonly initial: { initialLatches: Latches; initialGrants: readonly Grant[] } = {
    initialLatches: noLatches,
    initialGrants: [],
  };
  readonly #early: LoopInput[] = [];
  #handle: LoopHandle | undefined;

  post(input: LoopInput): void {
    if (this.#handle !== undefined) this.#handle.post(input);
    else if (input.type === "latches") this.initial.initialLatches = input.latches;
    else if (input.type === "grants") this.initial.initialGrants = input.grants;
    else this.#early.push(input);
  }

  fill(handle: LoopHandle): void {
    this.#handle = handle;
    for (const input of this.#early.splice(0)) handle.post(input);
  }

  async stop(): Promise<void> {
    await this.#handle?.stop();
  }
}
