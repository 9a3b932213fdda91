import type { CodedError, Result } from "@penstock/protocol/result";
import type { Latches } from "../control/step-types.ts";
import type { EdgeEvent } from "../loop/loop-types.ts";
import { verifyAudit } from "../store/audit-chain.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import type { AuditLog } from "./audit-log.ts";
import { applyAction, type OperatorAction, parseOperatorRequest } from "./operator-request.ts";
import { type AgentView, alarmsReport, eventsReport, leaseReport, statusReport, whyReport } from "./site-report.ts";

export interface OperatorDeskOptions {
  readonly store: EdgeStore;
  readonly audit: AuditLog;
  readonly view: () => AgentView;
  readonly events: () => readonly EdgeEvent[];
  readonly latch: (
    change: (latches: Latches) => Latches,
    urgent: boolean,
    done: (result: Result<void>) => void,
  ) => void;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/** What comes back on the socket: a report, or `{version, error}`. */
export interface Refusal {
  readonly version: 1;
  readonly error: CodedError;
}

/** Answers people at the site: reports what is, and sets or clears what only they may set or clear. */
export class OperatorDesk {
  readonly #options: OperatorDeskOptions;

  constructor(options: OperatorDeskOptions) {
    this.#options = options;
  }

  handle(value: unknown, answer: (response: unknown) => void): void {
    const request = parseOperatorRequest(value);
    const { store, view, events } = this.#options;
    if (request === undefined) {
      answer(refusal({ code: "operator.not-understood" }));
      return;
    }
    switch (request.op) {
      case "status":
        store.stats((stats) => answer(statusReport(view(), stats.ok ? stats.value : undefined)));
        return;
      case "why":
        answer(whyReport(view()));
        return;
      case "lease":
        answer(leaseReport(view()));
        return;
      case "alarms":
        answer(alarmsReport(view()));
        return;
      case "events":
        answer(eventsReport(view().siteId, events().slice(-request.limit)));
        return;
      case "audit":
        store.readAudit(request.limit, (result) => {
          if (!result.ok) answer(refusal(result.error));
          else answer({ version: 1, site: view().siteId, entries: result.value, chain: verifyAudit(result.value) });
        });
        return;
      default:
        this.#act(request, answer);
    }
  }

  #act(action: OperatorAction, answer: (response: unknown) => void): void {
    const { audit, latch, tell, view } = this.#options;
    const refused = this.#refuse(action);
    const { op, by, reason, ...facts } = action;
    if (refused !== undefined) {
      audit.person(by, op, refused.code, { reason, ...facts });
      answer(refusal(refused));
      return;
    }
    const isUrgent = op === "stop";
    latch(
      (latches) => applyAction(latches, action),
      isUrgent,
      (result) => {
        audit.person(by, op, result.ok ? "done" : result.error.code, { reason, ...facts });
        if (!result.ok && !isUrgent) {
          answer(refusal(result.error));
          return;
        }
        tell({
          code: `operator.${op}`,
          level: op === "stop" ? "warning" : "info",
          text: `${by}: ${reason}`,
          facts: { by, reason, stored: result.ok, ...facts },
        });
        answer({ version: 1, site: view().siteId, done: op, stored: result.ok });
      },
    );
  }

  /** What a person asks that the site cannot mean to do. */
  #refuse(action: OperatorAction): CodedError | undefined {
    const { latches } = this.#options.view();
    if (action.op === "resume" && latches.stop === undefined) return { code: "operator.not-stopped" };
    if (action.op === "limit-clear" && latches.localLimitW === undefined) return { code: "operator.no-limit" };
    return undefined;
  }
}

const refusal = (error: CodedError): Refusal => ({ version: 1, error });
