import { SimClock } from "@penstock/protocol/time";
import { Celsius, MonotonicMs, Ms, minutes, Soc, seconds, UtcMs, V, Var, W, WPerS } from "@penstock/protocol/units";
import type { SiteConfig } from "../../config/site-config.ts";
import type { Grant, Latches } from "../../control/step-types.ts";
import { HandMadeMeter, HandMadeUnit } from "../../devices/testing/hand-made-unit.ts";
import { meterConfig, unitConfig } from "../../devices/testing/unit-config.ts";
import { inMemoryTransport } from "../../transports/in-memory.ts";
import type { ControlCore } from "../control-core.ts";
import type { Supervision } from "../hold-back.ts";
import type { LoopOutput } from "../loop-types.ts";
import { SiteLoop } from "../site-loop.ts";

/** A site of hand-made units and a meter on a virtual clock. The meter shows what the units do plus `loadW`. */
export class BenchSite {
  readonly clock = new SimClock(UtcMs(Date.UTC(2026, 0, 1)));
  readonly units: HandMadeUnit[];
  readonly meter = new HandMadeMeter();
  readonly outputs: LoopOutput[] = [];
  readonly config: SiteConfig;
  readonly loop: SiteLoop;
  /** Power of everything else behind the meter, + export. */
  restW = 0;
  /** A machine that is busy with something else wakes the loop this much too late. */
  timersLateByMs = 0;

  constructor(options: BenchOptions = {}) {
    const count = options.units ?? 2;
    this.units = Array.from({ length: count }, () => new HandMadeUnit());
    for (const unit of this.units) unit.nowS = () => this.clock.monotonicMs() / 1000;
    this.config = { ...siteConfig(count, options.hasPlant ?? false), ...options.config };
    const { clock } = this;
    this.loop = new SiteLoop({
      clock: {
        monotonicMs: () => clock.monotonicMs(),
        nowMs: () => clock.nowMs(),
        after: (delayMs, action) => clock.after(Ms(delayMs + this.timersLateByMs), action),
      },
      config: this.config,
      transportFor: (device) => {
        const index = this.config.units.findIndex((unit) => unit.id === device.id);
        const latencyMs = Ms(index >= 0 && index === options.slow?.unit ? options.slow.latencyMs : 0);
        return inMemoryTransport(this.units[index] ?? this.meter, { clock, latencyMs });
      },
      emit: (output) => this.outputs.push(output),
      initialLatches: { ...NO_LATCHES, ...options.latches },
      initialGrants: options.grants ?? [],
      ...(options.supervision && { supervision: options.supervision }),
      ...(options.core === undefined ? {} : { core: options.core }),
    });
  }

  /** Physics in 100 ms steps between the ticks: the meter adds up. */
  run(forMs: number): void {
    for (let elapsedMs = 0; elapsedMs < forMs; elapsedMs += 100) {
      this.meter.setPowerW(this.batteryW() + this.restW);
      this.clock.advance(Ms(100));
    }
  }

  batteryW(): number {
    return this.units.reduce((sum, unit) => sum + (unit.at(40296 + 22) === 1 ? unit.setpointW : 0), 0);
  }

  setpointsW(): number[] {
    return this.units.map((unit) => unit.setpointW);
  }

  of<T extends LoopOutput["type"]>(type: T): Extract<LoopOutput, { type: T }>[] {
    return this.outputs.filter((output): output is Extract<LoopOutput, { type: T }> => output.type === type);
  }

  codes(): string[] {
    return this.of("event").map(({ event }) => event.code);
  }
}

export interface BenchOptions {
  readonly units?: number;
  readonly hasPlant?: boolean;
  readonly grants?: readonly Grant[];
  readonly latches?: Partial<Latches>;
  readonly core?: ControlCore;
  readonly supervision?: Supervision;
  readonly config?: Partial<Pick<SiteConfig, "recorder" | "evidence" | "feederMeters" | "control">>;
  /** One unit, by its place, that takes its time. */
  readonly slow?: { readonly unit: number; readonly latencyMs: number };
}

/** A lease for so many watts, from now on for an hour. */
export const grantOf = (powerW: number, change: Partial<Grant> = {}): Grant => ({
  leaseId: "lease-1",
  sequence: 7,
  priority: 1,
  kind: "setpoint",
  powerW: W(powerW),
  reactiveVar: Var(0),
  rampWPerS: undefined,
  limitW: undefined,
  notBeforeMonotonicMs: MonotonicMs(0),
  expiresMonotonicMs: MonotonicMs(3_600_000),
  onExpire: { action: "ramp-to-zero", rampWPerS: undefined },
  reason: "test",
  ...change,
});

export const NO_LATCHES: Latches = {
  stop: undefined,
  localLimitW: undefined,
  mode: "auto",
  manualPowerW: W(0),
  gridOperatorLimitW: undefined,
};

const siteConfig = (units: number, hasPlant: boolean): SiteConfig => ({
  siteId: "bench",
  control: {
    siteId: "bench",
    periodMs: Ms(100),
    connection: { exportWMax: W(4e6), importWMax: W(4e6), marginW: W(0), withoutMeterW: W(200e3) },
    ramp: { upWPerS: WPerS(1e6), downWPerS: WPerS(1e6) },
    socWindow: { socMin: Soc(0.05), socMax: Soc(0.95), taper: Soc(0.02) },
    unitThermal: { derateFromC: Celsius(40), temperatureCMax: Celsius(50) },
    voltage: { voltageVMin: V(200), voltageVMax: V(280) },
    freshness: { unitMs: Ms(500), meterMs: Ms(500), plantMs: Ms(1_000) },
    leaseRampWPerS: WPerS(10e6),
    fallback: {
      onCloudLoss: { action: "ramp-to-zero", rampWPerS: WPerS(1e6) },
      onMeterLoss: { action: "ramp-to-zero", rampWPerS: WPerS(1e6) },
      onUnitLoss: "redistribute",
    },
  },
  units: Array.from({ length: units }, (_, index) => unitConfig(`unit-${index + 1}`)),
  meter: meterConfig,
  plant: hasPlant
    ? {
        id: "plant",
        driver: "opc-ua-plant",
        endpointUrl: "opc.tcp://127.0.0.1:4840",
        pkiFolder: "pki",
        readEveryMs: Ms(250),
      }
    : undefined,
  cloud: undefined,
  store: { file: ":memory:", budgetBytes: 1e6 },
  socket: "bench.sock",
  telemetry: { siteEveryMs: seconds(1), unitsEveryMs: seconds(5), settlementEveryMs: minutes(5) },
  energySpeed: 1,
});
