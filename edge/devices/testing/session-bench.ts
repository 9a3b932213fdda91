import { SimClock } from "@penstock/protocol/time";
import { MonotonicMs, Ms, UtcMs, Var, W } from "@penstock/protocol/units";
import type { UnitConfig } from "../../config/site-config.ts";
import type { EdgeEvent } from "../../loop/loop-types.ts";
import { inMemoryTransport, type RegisterHandler } from "../../transports/in-memory.ts";
import type { Setpoint, UnitDriver } from "../driver.ts";
import { DeviceSession } from "../session.ts";
import { unitConfig } from "./unit-config.ts";

export const power = (powerW: number): Setpoint => ({ powerW: W(powerW), reactiveVar: Var(0) });

/** One device in a session, a cycle every 100 ms on a clock of its own. */
export class SessionBench {
  readonly clock = new SimClock(UtcMs(0));
  readonly session: DeviceSession;
  readonly events: EdgeEvent[] = [];
  readonly config: UnitConfig;
  readonly #driver: UnitDriver;
  setpoint: Setpoint | undefined;
  /** How long the process has stood still: its clock went on, nothing else did. */
  heldUpMs = 0;

  constructor(
    driver: UnitDriver,
    device: RegisterHandler,
    { latencyMs = Ms(0), config = unitConfig("unit-1") }: { latencyMs?: Ms; config?: UnitConfig } = {},
  ) {
    this.#driver = driver;
    this.config = config;
    this.session = new DeviceSession({
      id: config.id,
      driver,
      control: { driver, unit: config },
      lint: (blocks) => driver.lint(config, blocks),
      transport: inMemoryTransport(device, { clock: this.clock, latencyMs }),
      clock: {
        monotonicMs: () => MonotonicMs(this.clock.monotonicMs() + this.heldUpMs),
        nowMs: () => this.clock.nowMs(),
        after: (delayMs, action) => this.clock.after(delayMs, action),
      },
      deadlineMs: Ms(100),
      onEvent: (event) => this.events.push(event),
    });
  }

  get nowS(): number {
    return this.clock.monotonicMs() / 1_000;
  }

  run(forMs: number): void {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
      this.session.cycle(this.setpoint);
      this.clock.advance(Ms(100));
    }
  }

  image() {
    return this.#driver.image(this.config, this.session.blocks, this.session.view(this.clock.monotonicMs(), Ms(500)));
  }

  codes(): string[] {
    return this.events.map((event) => event.code);
  }
}
