import type { CommandedPower } from "@penstock/edge/agent/grid-operator-desk.ts";
import type { AgentView } from "@penstock/edge/agent/site-report.ts";
import type { Alarm } from "@penstock/edge/alarms/alarm.ts";
import type { SiteConfig } from "@penstock/edge/config/site-config.ts";
import type { PowerInterval } from "@penstock/edge/control/image.ts";
import type { Latches, ReactiveCommand } from "@penstock/edge/control/step-types.ts";
import type { EdgeEvent } from "@penstock/edge/loop/loop-types.ts";
import { BenchSite, grantOf, NO_LATCHES } from "@penstock/edge/loop/testing/bench-site.ts";
import type { NorthboundAgent } from "@penstock/edge/northbound/northbound.ts";
import type { NorthboundOpcUaConfig } from "@penstock/edge/northbound/northbound-config.ts";
import { ok, type Result } from "@penstock/protocol/result";
import { MonotonicMs, type Ms, UtcMs } from "@penstock/protocol/units";

/** A site under a 2 MW lease on the virtual clock, and what stands around its loop for SCADA, without a disk. */
export class ServedBench implements NorthboundAgent {
  readonly opcUa: NorthboundOpcUaConfig;
  readonly config: SiteConfig;
  readonly events: Omit<EdgeEvent, "timeMs">[] = [];
  readonly limitedBy: string[] = [];
  readonly commandedBy: string[] = [];
  readonly refusals: { readonly from: string; readonly what: string }[] = [];
  latches: Latches = NO_LATCHES;
  alarms: readonly Alarm[] = [ALARM];
  onStatus = (): void => {};
  readonly #site = new BenchSite({ grants: [grantOf(2e6)] });

  constructor(opcUa: NorthboundOpcUaConfig) {
    this.opcUa = opcUa;
    this.config = { ...this.#site.config, northbound: { opcUa } };
    this.#site.loop.start();
  }

  run(forMs: number): void {
    this.#site.run(forMs);
    this.onStatus();
  }

  get nowMs(): number {
    return this.#site.clock.nowMs();
  }

  get batteryW(): number {
    return this.#site.batteryW();
  }

  /** What the loop asks of the units in vars, before their circles. */
  get wantedVar(): number {
    return this.#site.loop.status().explanation.reactive.reduce((sum, { wantedVar }) => sum + wantedVar, 0);
  }

  get codes(): readonly string[] {
    return this.events.map(({ code }) => code);
  }

  silence(unit: number): void {
    const device = this.#site.units[unit];
    if (device !== undefined) device.isSilent = true;
  }

  hearAgain(unit: number): void {
    const device = this.#site.units[unit];
    if (device !== undefined) device.isSilent = false;
  }

  view(): AgentView {
    const { clock, loop } = this.#site;
    return {
      siteId: "bench",
      monotonicMs: clock.monotonicMs(),
      nowMs: clock.nowMs(),
      site: loop.status(),
      latches: this.latches,
      grants: [],
      sync: undefined,
      config: undefined,
      isStoring: true,
      heldRecords: 0,
      isClockTrusted: undefined,
      alarms: this.alarms,
      isAlarmFlood: false,
      approvalsWaiting: 0,
    };
  }

  note(event: Omit<EdgeEvent, "timeMs">): void {
    this.events.push(event);
  }

  limitByGridOperator(limitW: PowerInterval | undefined, from: string, done: (result: Result<void>) => void): void {
    this.limitedBy.push(from);
    this.latches = { ...this.latches, gridOperatorLimitW: limitW };
    this.#site.loop.accept({ type: "latches", latches: this.latches });
    done(ok(undefined));
  }

  commandByGridOperator(setpoint: CommandedPower | undefined, from: string): void {
    this.commandedBy.push(from);
    const expiresMonotonicMs = MonotonicMs(this.#site.clock.monotonicMs() + (setpoint?.forMs ?? 0));
    this.latches = {
      ...this.latches,
      gridOperatorSetpoint: setpoint && { powerW: setpoint.powerW, expiresMonotonicMs },
    };
    this.#site.loop.accept({ type: "latches", latches: this.latches });
  }

  commandReactiveByGridOperator(command: ReactiveCommand | undefined, forMs: Ms, from: string): void {
    this.commandedBy.push(from);
    const expiresMonotonicMs = MonotonicMs(this.#site.clock.monotonicMs() + forMs);
    this.latches = { ...this.latches, gridOperatorReactive: command && { ...command, expiresMonotonicMs } };
    this.#site.loop.accept({ type: "latches", latches: this.latches });
  }

  acknowledgeAlarm(id: string, by: string): Result<readonly string[]> {
    this.alarms = this.alarms.map((alarm) => (alarm.id === id ? { ...alarm, ackedBy: by } : alarm));
    return ok([id]);
  }

  noteRefusal(from: string, what: string): void {
    this.refusals.push({ from, what });
  }
}

export const ALARM: Alarm = {
  id: "device.lost/unit-9",
  code: "device.lost",
  device: "unit-9",
  text: "a test's alarm",
  priority: "high",
  isActive: true,
  ackedBy: null,
  shelf: null,
  raisedMs: UtcMs(0),
  returnedMs: null,
  times: 1,
};
