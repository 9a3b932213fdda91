import { type CallMethodResultOptions, NodeId, StatusCodes, type Variant, WellKnownRoles } from "node-opcua-client";
import type { OPCUAServer } from "node-opcua-server";
import type { FromServer, ServedAlarm } from "../northbound/server-link.ts";
import { NORTHBOUND_NAMESPACE } from "./served-nodes.ts";
import type { SiteAnswers } from "./site-answers.ts";

export interface ServedAlarmsOptions {
  readonly server: OPCUAServer;
  readonly answers: SiteAnswers;
  readonly post: (message: FromServer) => void;
}

/**
 * The site's alarms as conditions (OPC 10000-9, AlarmConditionType): one object an alarm below what it is about, an event at
 * each change, kept for ConditionRefresh while it is so or nobody has seen it. Acknowledge is the site's to decide; what
 * else a client could do to a condition, disabling it above all, is refused: an alarm is not hidden from here.
 */
export class ServedAlarms {
  readonly #options: ServedAlarmsOptions;
  readonly #addressSpace: AddressSpace;
  readonly #shown = new Map<string, Shown>();
  readonly #idOf = new Map<unknown, string>();

  constructor(options: ServedAlarmsOptions) {
    this.#options = options;
    const { addressSpace } = options.server.engine;
    if (addressSpace === null) throw new Error("an initialized server has an address space");
    this.#addressSpace = addressSpace;
    (addressSpace as unknown as { installAlarmsAndConditionsService(): void }).installAlarmsAndConditionsService();
    for (const [type, methods] of METHODS) {
      const found = addressSpace.findEventType(type) as unknown as Methods;
      for (const method of methods) this.#bind(found, method);
    }
  }

  /** All alarms there are; who is not among them any more is over and seen. */
  show(alarms: readonly ServedAlarm[]): void {
    const ids = new Set(alarms.map(({ id }) => id));
    for (const [id, { alarm, condition }] of this.#shown) {
      if (ids.has(id) || !isRetained(alarm)) continue;
      const gone = { ...alarm, isActive: false, isAcked: true };
      this.#shown.set(id, { alarm: gone, condition });
      tell(condition, gone);
    }
    for (const alarm of alarms) {
      const shown = this.#shown.get(alarm.id);
      if (shown !== undefined && JSON.stringify(shown.alarm) === JSON.stringify(alarm)) continue;
      const condition = shown?.condition ?? this.#make(alarm);
      if (condition === undefined) continue;
      this.#shown.set(alarm.id, { alarm, condition });
      tell(condition, alarm);
    }
  }

  /** At the bound, the first that is over makes room; with none over, the new one is in `Alarms/Lines` only. */
  #make({ id, source }: ServedAlarm): Condition | undefined {
    const addressSpace = this.#addressSpace;
    if (this.#shown.size >= CONDITIONS_MAX) {
      const over = [...this.#shown].find(([, { alarm }]) => !isRetained(alarm));
      if (over === undefined) return undefined;
      const [overId, { condition }] = over;
      this.#shown.delete(overId);
      this.#idOf.delete(condition);
      addressSpace.deleteNode(condition as unknown as Parameters<AddressSpace["deleteNode"]>[0]);
    }
    const namespace = addressSpace.getNamespace(NORTHBOUND_NAMESPACE);
    const about = addressSpace.findNode(`ns=${namespace.index};s=${source}`);
    const condition = (namespace as unknown as AlarmNamespace).instantiateAlarmCondition("AlarmConditionType", {
      browseName: id,
      nodeId: `s=Site/Alarms/${id}`,
      componentOf: about,
      conditionOf: about,
      conditionSource: about,
      conditionName: id,
      inputNode: new NodeId(),
    });
    this.#idOf.set(condition, id);
    for (const [, methods] of METHODS)
      for (const method of methods) this.#bind(condition as unknown as Methods, method);
    return condition;
  }

  /** The type's method and each object's: a client may name either. */
  #bind(of: Methods, method: Method): void {
    of[method]?.bindMethod((args, context, done) => {
      this.#call(method, args, context).then((statusCode) => done(null, { statusCode }));
    });
  }

  async #call(method: Method, [eventId, comment]: readonly Variant[], context: Caller) {
    const { answers, post } = this.#options;
    const by = context.getUserName();
    const id = this.#idOf.get(context.object);
    if (id === undefined) return StatusCodes.BadNodeIdInvalid;
    if (method !== "acknowledge" || !context.currentUserHasRole(WellKnownRoles.Operator)) {
      post({ type: "refused", from: by, cause: `may not ${method} an alarm`, fingerprint: undefined });
      return StatusCodes.BadUserAccessDenied;
    }
    const branch = this.#shown.get(id)?.condition.findBranchForEventId(eventId?.value ?? null);
    if (branch == null) return StatusCodes.BadEventIdUnknown;
    if (branch.getAckedState()) return StatusCodes.BadConditionBranchAlreadyAcked;
    const reason = String(comment?.value?.text ?? "").slice(0, COMMENT_CHARS_MAX);
    return answers.ask((question) => ({ type: "acknowledge", id: question, alarm: id, by, reason }));
  }
}

const CONDITIONS_MAX = 500;
const COMMENT_CHARS_MAX = 200;

type AddressSpace = NonNullable<OPCUAServer["engine"]["addressSpace"]>;

/** What we use of the library's alarms, which the server's package does not name. */
interface AlarmNamespace {
  instantiateAlarmCondition(type: "AlarmConditionType", options: Readonly<Record<string, unknown>>): Condition;
}
interface Condition {
  currentBranch(): Branch;
  findBranchForEventId(eventId: Buffer | null): Branch | null;
  raiseNewCondition(now: Readonly<Record<string, unknown>>): void;
}
interface Branch {
  getAckedState(): boolean;
  setAckedState(isAcked: boolean): unknown;
  setActiveState(isActive: boolean): unknown;
  setComment(text: string): void;
}
interface Caller {
  readonly object?: unknown;
  getUserName(): string;
  currentUserHasRole(role: number): boolean;
}

interface Shown {
  readonly alarm: ServedAlarm;
  readonly condition: Condition;
}

const METHODS = [
  ["ConditionType", ["enable", "disable", "addComment"]],
  ["AcknowledgeableConditionType", ["acknowledge", "confirm"]],
] as const;
type Method = (typeof METHODS)[number][1][number];

interface BoundMethod {
  bindMethod(
    method: (
      args: readonly Variant[],
      context: Caller,
      done: (error: Error | null, result: CallMethodResultOptions) => void,
    ) => void,
  ): void;
}
type Methods = Partial<Record<Method, BoundMethod>>;

const isRetained = ({ isActive, isAcked }: ServedAlarm): boolean => isActive || !isAcked;

function tell(condition: Condition, alarm: ServedAlarm): void {
  const branch = condition.currentBranch();
  branch.setActiveState(alarm.isActive);
  if (branch.getAckedState() !== alarm.isAcked) branch.setAckedState(alarm.isAcked);
  branch.setComment(alarm.comment);
  condition.raiseNewCondition({
    message: alarm.text,
    severity: alarm.severity,
    quality: StatusCodes.Good,
    retain: isRetained(alarm),
    time: new Date(alarm.timeMs),
  });
}
