import type { CodedError, Result } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import type { AlarmDesk } from "../../alarms/alarm-desk.ts";
import type { ConfigDesk } from "../../config/config-desk.ts";
import type { FieldChange } from "../../config/config-diff.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import type { Latches } from "../../control/step-types.ts";
import type { LoopAnswer, LoopQuestion } from "../../loop/loop-question.ts";
import type { EdgeEvent } from "../../loop/loop-types.ts";
import type { ServerReport } from "../../northbound/northbound.ts";
import type { EdgeStore } from "../../store/edge-store.ts";
import type { AuditLog } from "../audit-log.ts";
import type { SecondPerson } from "../second-person.ts";
import type { AgentView } from "../site-report.ts";
import type { Caller } from "./caller.ts";

/** In order: who may do more may do everything before it. Which socket a person could open decides. */
export const ROLES = ["viewer", "operator", "admin"] as const;
export type Role = (typeof ROLES)[number];

/** What a person at the site may ask (`sitectl`): one JSON object a line on the site's socket. One file a request. */
export interface OperatorRequest<Asked = unknown> {
  readonly op: string;
  /** The least role that may. */
  readonly role: Role;
  /** Undefined when the fields make no sense: the request is refused whole. */
  parse(fields: Fields): Asked | undefined;
  /** Where it gives the site more room than it has: what is so, and what would be. Such a request may need a second person. */
  widens?(asked: Asked, desk: Desk): Widening | undefined;
  /** What must not be approved any more once this is asked: who asked for it did not know. */
  readonly outdates?: readonly string[] | undefined;
  /** Answers once, with a report or a {@link Refusal}. */
  answer(asked: Asked, desk: Desk, answer: Answer, caller: Caller): void;
}

/** One clause each, made by the agent from what it would do: what a second person is shown. */
export interface Widening {
  readonly now: string;
  readonly after: string;
  /** Of the configuration: each field that would change. */
  readonly changes?: readonly FieldChange[];
  /** Of the configuration: what it would mean, with the files it names as they are now. */
  readonly meaningSha256?: string;
}

export type Fields = Readonly<Record<string, unknown>>;
export type Answer = (response: unknown) => void;

/** What a request may look at and use. */
export interface Desk {
  readonly clock: Clock;
  readonly config: SiteConfig;
  readonly configDesk: ConfigDesk | undefined;
  readonly northbound: () => readonly ServerReport[];
  readonly store: EdgeStore;
  readonly audit: AuditLog;
  readonly view: () => AgentView;
  readonly events: () => readonly EdgeEvent[];
  readonly latch: (
    change: (latches: Latches) => Latches,
    urgent: boolean,
    done: (result: Result<void>) => void,
  ) => void;
  readonly alarms: AlarmDesk;
  readonly secondPerson: SecondPerson;
  /** Answers once, with the loop's answer or `loop.silent`. */
  readonly askLoop: (question: LoopQuestion, done: (result: LoopAnswer["result"]) => void) => void;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/** What comes back instead of a report. */
export interface Refusal {
  readonly version: 1;
  readonly error: CodedError;
}

export const refusal = (error: CodedError): Refusal => ({ version: 1, error });

/** Of a name or a reason: short enough for a log line. */
export const nameLengthMax = 200;

export const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length > 0 && value.length <= nameLengthMax;

export const isPower = (value: unknown): value is number => typeof value === "number" && Number.isFinite(value);

/** How many entries: at least one, and no more than an answer should carry. */
export const parseLimit = (value: unknown): number | undefined =>
  Number.isInteger(value) && Number(value) > 0 ? Math.min(Number(value), 1_000) : undefined;
