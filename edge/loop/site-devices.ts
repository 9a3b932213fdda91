import { fail, invariant, ok } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { clamp, type MonotonicMs, Ms, Var } from "@penstock/protocol/units";
import type { MeterConfig, SiteConfig, UnitConfig } from "../config/site-config.ts";
import type { MeterImage, UnitImage } from "../control/image.ts";
import type { UnitCommand } from "../control/step-types.ts";
import { DeviceNews } from "../devices/device-news.ts";
import type { MeterDriver, Setpoint, UnitDriver } from "../devices/driver.ts";
import { meterDriverOf, unitDriverOf } from "../devices/index.ts";
import { isolatedMeterDriver, isolatedUnitDriver, type OnDriverError } from "../devices/isolated-driver.ts";
import { DeviceSession } from "../devices/session.ts";
import type { RegisterTransport } from "../transports/register-transport.ts";
import type { DeviceQuestion, LoopAnswer } from "./loop-question.ts";
import type { DeviceStatus, EdgeEvent } from "./loop-types.ts";
import type { UnitReadBack } from "./read-back-watch.ts";

export interface SiteDevicesOptions {
  readonly clock: Clock;
  readonly config: SiteConfig;
  readonly transportFor: (device: UnitConfig | MeterConfig) => RegisterTransport;
  readonly onEvent: (event: EdgeEvent) => void;
}

/** Every unit and meter of a site, each in a session of its own. */
export class SiteDevices {
  readonly #config: SiteConfig;
  readonly #units: readonly UnitSession[];
  readonly #meter: MeterSession;
  readonly #feederMeters: readonly (MeterSession | undefined)[] | undefined;
  readonly #meters: readonly MeterSession[];
  readonly #sessions: readonly DeviceSession[];

  constructor(options: SiteDevicesOptions) {
    const { clock, config, transportFor, onEvent } = options;
    const deadlineMs = Ms(clamp(config.control.periodMs, DEADLINE_MS_MIN, DEADLINE_MS_MAX));
    const common = { clock, deadlineMs, onEvent };
    const tellOf = (device: string): OnDriverError => {
      const news = new DeviceNews(device, clock, onEvent);
      return (where, message) =>
        news.tell("device.driver-error", "alarm", "'s driver failed; only this device is without it", {
          where,
          message,
        });
    };
    this.#config = config;
    this.#units = config.units.map((unit) => {
      const shelved = unitDriverOf(unit);
      invariant(shelved !== undefined, `no unit driver is named ${unit.driver}`);
      const driver = isolatedUnitDriver(shelved, tellOf(unit.id));
      const control = { driver, unit };
      const session = new DeviceSession({
        id: unit.id,
        driver,
        control,
        lint: (blocks) => driver.lint(unit, blocks),
        transport: transportFor(unit),
        ...common,
      });
      return { driver, unit, session, safe: { powerW: unit.safePowerW, reactiveVar: Var(0) } };
    });
    const meterSession = (meter: MeterConfig): MeterSession => {
      const shelved = meterDriverOf(meter);
      invariant(shelved !== undefined, `no meter driver is named ${meter.driver}`);
      const driver = isolatedMeterDriver(shelved, tellOf(meter.id));
      const session = new DeviceSession({
        id: meter.id,
        driver,
        control: undefined,
        lint: (blocks) => driver.lint(meter, blocks),
        transport: transportFor(meter),
        ...common,
      });
      return { driver, meter, session };
    };
    this.#meter = meterSession(config.meter);
    this.#feederMeters = config.feederMeters?.map((meter) => meter && meterSession(meter));
    this.#meters = [this.#meter, ...(this.#feederMeters ?? []).flatMap((one) => one ?? [])];
    this.#sessions = [...this.#units, ...this.#meters].map((one) => one.session);
  }

  /** Each device was read in full, or has shown that it cannot be. */
  get areSettled(): boolean {
    return this.#sessions.every(({ isSettled }) => isSettled);
  }

  /** How long the slowest device that talks to us took for its round, or is taking. */
  roundMs(nowMs: MonotonicMs): number {
    let slowestMs = 0;
    for (const session of this.#sessions) slowestMs = Math.max(slowestMs, session.roundMs(nowMs) ?? 0);
    return slowestMs;
  }

  /** Asks for the next image and writes nothing. */
  read(): void {
    for (const session of this.#sessions) session.cycle(undefined);
  }

  /** Writes, then asks for the next image. A unit that nobody commanded is kept at its safe value. */
  command(commands: readonly UnitCommand[]): void {
    for (let index = 0; index < this.#units.length; index++) {
      const one = this.#units[index];
      if (one === undefined) continue;
      const inOrder = commands[index];
      const command =
        inOrder?.unitId === one.unit.id ? inOrder : commands.find((candidate) => candidate.unitId === one.unit.id);
      one.session.cycle(command ?? one.safe);
    }
    for (const { session } of this.#meters) session.cycle(undefined);
  }

  unitImages(nowMs: MonotonicMs): readonly UnitImage[] {
    const { unitMs } = this.#config.control.freshness;
    return this.#units.map(({ driver, unit, session }) =>
      driver.image(unit, session.blocks, session.view(nowMs, unitMs)),
    );
  }

  /** What the units have shown of the last cycle's set-points; the next {@link command} replaces it. */
  readBacks(): readonly UnitReadBack[] {
    return this.#units.map(({ unit, session }) => ({
      unitId: unit.id,
      isWritable: session.isWritable,
      atMs: session.readBackAtMs,
    }));
  }

  meterImage(nowMs: MonotonicMs): MeterImage {
    return this.#imageOf(this.#meter, nowMs);
  }

  /** In the order of the configured feeders; undefined on a site without any. */
  feederMeterImages(nowMs: MonotonicMs): readonly (MeterImage | undefined)[] | undefined {
    return this.#feederMeters?.map((one) => one && this.#imageOf(one, nowMs));
  }

  #imageOf({ driver, meter, session }: MeterSession, nowMs: MonotonicMs): MeterImage {
    return driver.image(meter, session.blocks, session.view(nowMs, this.#config.control.freshness.meterMs));
  }

  status(): readonly DeviceStatus[] {
    return this.#sessions.map((session) => session.status());
  }

  /** A person's question about one device. Answers once, when the loop's own talk leaves room. */
  ask(question: DeviceQuestion, done: (result: LoopAnswer["result"]) => void): void {
    const session = this.#sessions.find(({ id }) => id === question.device);
    if (session === undefined) {
      done(fail({ code: "device.unknown", device: question.device }));
      return;
    }
    switch (question.about) {
      case "device-map":
        done(ok(session.map));
        return;
      case "withhold-writes":
        session.withholdWrites(Ms(clamp(question.forMs, 0, WITHHOLD_MS_MAX)));
        done(ok(undefined));
        return;
      case "device-registers":
        session.readOnce(question.address, question.count, (result) =>
          done(result.ok ? ok(Array.from(result.value)) : result),
        );
    }
  }

  close(): void {
    for (const session of this.#sessions) session.close();
  }
}

interface UnitSession {
  readonly driver: UnitDriver;
  readonly unit: UnitConfig;
  readonly session: DeviceSession;
  readonly safe: Setpoint;
}

interface MeterSession {
  readonly driver: MeterDriver;
  readonly meter: MeterConfig;
  readonly session: DeviceSession;
}

/** A request may take a period, within reason: an answer that takes longer is worth nothing to a fast loop. */
const DEADLINE_MS_MIN = 100;
const DEADLINE_MS_MAX = 1_000;
/** Longer than any unit's own timer should be. */
const WITHHOLD_MS_MAX = 120_000;
