import type { Ms } from "@penstock/protocol/units";
import { seconds } from "@penstock/protocol/units";
import type { SiteConfig } from "../config/site-config.ts";
import type { ReactiveCommand, TimedReactive } from "../control/step-types.ts";
import type { SiteStatus } from "../loop/loop-types.ts";
import { apparentVAMax } from "./grid-operator-nodes.ts";
import { limitWrite } from "./limit-write.ts";
import type { NorthboundAgent } from "./northbound.ts";
import type { NorthboundOpcUaConfig } from "./northbound-config.ts";
import { isReactiveNode, reactiveWrite } from "./reactive-write.ts";
import type { FromServer, WriteStatus } from "./server-link.ts";
import { setpointWrite } from "./setpoint-write.ts";

/** Takes what the grid operator's client writes to the agent, and answers when it is in force, or will not be. */
export class OperatorWrites {
  readonly #site: SiteConfig;
  readonly #opcUa: NorthboundOpcUaConfig;
  readonly #agent: NorthboundAgent;
  #setpointForMs: Ms;

  constructor(site: SiteConfig, opcUa: NorthboundOpcUaConfig, agent: NorthboundAgent) {
    this.#site = site;
    this.#opcUa = opcUa;
    this.#agent = agent;
    this.#setpointForMs = opcUa.setpointForMs;
  }

  /** How long a set-point holds unless it is written again. */
  get setpointForMs(): Ms {
    return this.#setpointForMs;
  }

  write(written: Extract<FromServer, { type: "write" }>, answer: (status: WriteStatus) => void): void {
    if (isReactiveNode(written.path)) answer(this.#reactive(written));
    else if (written.path.startsWith("Site/GridOperator/Setpoint")) answer(this.#setpoint(written));
    else this.#limit(written, answer);
  }

  #limit({ path, value, by }: Extract<FromServer, { type: "write" }>, answer: (status: WriteStatus) => void): void {
    const { gridOperatorLimitW } = this.#agent.view().latches;
    const { exportWMax, importWMax } = this.#site.control.connection;
    const { grantLimits } = this.#opcUa;
    const meant = limitWrite(path, value, { limitW: gridOperatorLimitW, grantLimits, exportWMax, importWMax });
    if (typeof meant === "string") answer(meant);
    else this.#agent.limitByGridOperator(meant.limitW, by, ({ ok }) => answer(ok ? "Good" : "BadNotConnected"));
  }

  /** A command is for now: a loop that says nothing cannot be said to have taken it, except that it ends. */
  #setpoint({ path, value, by }: Extract<FromServer, { type: "write" }>): WriteStatus {
    const { latches, monotonicMs, nowMs, site } = this.#agent.view();
    const { exportWMax, importWMax } = this.#site.control.connection;
    const { gridOperatorSetpoint: held } = latches;
    const meant = setpointWrite(path, value, {
      isGranted: this.#opcUa.grantSetpoint,
      powerW: held !== undefined && monotonicMs < held.expiresMonotonicMs ? held.powerW : undefined,
      forMs: this.#setpointForMs,
      exportWMax,
      importWMax,
    });
    if (typeof meant === "string") return meant;
    const { command, forMs } = meant;
    if (command?.setpoint !== undefined && !isHeard(site, nowMs)) return "BadNotConnected";
    this.#setpointForMs = forMs;
    if (command !== undefined) this.#agent.commandByGridOperator(command.setpoint, by);
    return "Good";
  }

  /** Of vars the same holds. */
  #reactive({ path, value, by }: Extract<FromServer, { type: "write" }>): WriteStatus {
    const { latches, monotonicMs, nowMs, site } = this.#agent.view();
    const { gridOperatorReactive: held } = latches;
    const meant = reactiveWrite(path, value, {
      isGranted: this.#opcUa.grantReactive,
      command: held !== undefined && monotonicMs < held.expiresMonotonicMs ? withoutTime(held) : undefined,
      forMs: this.#setpointForMs,
      apparentVAMax: apparentVAMax(this.#site),
    });
    if (typeof meant === "string") return meant;
    const { command, forMs } = meant;
    if (command !== undefined && !isHeard(site, nowMs)) return "BadNotConnected";
    this.#agent.commandReactiveByGridOperator(command, forMs, by);
    return "Good";
  }
}

const isHeard = (site: SiteStatus | undefined, nowMs: number): boolean =>
  site !== undefined && nowMs - site.timeMs <= SILENT_MS_MAX;

const withoutTime = ({ expiresMonotonicMs: _, ...command }: TimedReactive): ReactiveCommand => command;

const SILENT_MS_MAX = seconds(3);
