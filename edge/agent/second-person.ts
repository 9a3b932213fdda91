import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Clock, Timer } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Caller, UnixUser } from "./requests/caller.ts";
import { ROLES, type Role, type Widening } from "./requests/request.ts";

/** More than a site's people would leave open at a time; each user has one of a kind. */
const waitingMax = 16;

/** What somebody asked and what it takes to do it. */
export interface Held {
  readonly op: string;
  /** The least role that may ask it, and may approve it. */
  readonly role: Role;
  readonly by: string;
  readonly reason: string;
  readonly widening: Widening;
  /** What it would give more room to, now: a request is approved for what was so when it was asked. */
  readonly look: () => Widening | undefined;
  readonly run: (answer: (response: unknown) => void) => void;
}

interface Waiting extends Held {
  readonly id: string;
  readonly user: UnixUser;
  readonly untilMs: UtcMs;
  readonly timer: Timer;
}

export interface SecondPersonOptions {
  readonly clock: Clock;
  readonly audit: AuditLog;
  readonly tell: (event: Omit<EdgeEvent, "timeMs">) => void;
}

/**
 * What makes the site freer waits here for another person (IEC 62443-3-3 SR 2.1 RE 4). Both are known by their own
 * Unix users. It is in memory only: what waits is forgotten after its time, and by a restart.
 */
export class SecondPerson {
  readonly #options: SecondPersonOptions;
  readonly #waiting = new Map<string, Waiting>();
  #count = 0;

  constructor(options: SecondPersonOptions) {
    this.#options = options;
  }

  list(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  /** Always an error: `second-person.waiting` with the number to approve, or why it cannot wait. */
  hold(held: Held, { user }: Caller, withinMs: Ms): CodedError {
    const { clock, audit, tell } = this.#options;
    const { op, by, reason, widening } = held;
    const person = personOf(user);
    if (!person.ok) return this.#refused(by, op, person.error, { reason });
    const { uid, name } = person.value;
    for (const other of this.list()) if (other.op === op && other.user.uid === uid) this.#forget(other);
    if (this.#waiting.size >= waitingMax) return this.#refused(by, op, { code: "second-person.too-many" }, { reason });
    const id = String(++this.#count);
    const untilMs = (clock.nowMs() + withinMs) as UtcMs;
    const timer = clock.after(withinMs, () => this.#expire(id));
    this.#waiting.set(id, { ...held, id, user: person.value, untilMs, timer });
    const facts = { id, reason, user: name, uid, now: widening.now, after: widening.after };
    audit.person(by, op, "second-person.waiting", facts);
    tell({
      code: "second-person.waiting",
      level: "info",
      text: `${by} asks a second person for ${op}: ${reason}`,
      facts,
    });
    return { code: "second-person.waiting", id, withinMs, untilMs };
  }

  /** Does what waits, when another person says so. `by` is what the approver calls themselves. */
  approve(
    id: string,
    by: string,
    reason: string,
    caller: Caller,
    answer: (response: unknown) => void,
  ): CodedError | undefined {
    const checked = this.#check(id, caller);
    if (!checked.ok) return this.#refused(by, "approve", checked.error, { id, reason });
    const { waiting, user } = checked.value;
    this.#forget(waiting);
    this.#options.audit.person(by, "approve", "approved", {
      id,
      reason,
      user: user.name,
      uid: user.uid,
      op: waiting.op,
      askedBy: waiting.by,
      askedByUser: waiting.user.name,
    });
    waiting.run(answer);
    return undefined;
  }

  stop(): void {
    for (const waiting of this.list()) this.#forget(waiting);
  }

  #check(id: string, { role, user }: Caller): Result<{ waiting: Waiting; user: UnixUser }> {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return fail({ code: "second-person.not-waiting", id });
    const person = personOf(user);
    if (!person.ok) return person;
    if (person.value.uid === waiting.user.uid)
      return fail({ code: "second-person.same-person", user: person.value.name });
    if (ROLES.indexOf(role) < ROLES.indexOf(waiting.role)) {
      return fail({ code: "operator.not-permitted", role, needs: waiting.role });
    }
    if (JSON.stringify(waiting.look()) !== JSON.stringify(waiting.widening)) {
      this.#forget(waiting);
      return fail({ code: "second-person.outdated", id });
    }
    return ok({ waiting, user: person.value });
  }

  #refused(by: string, op: string, error: CodedError, facts: Readonly<Record<string, unknown>>): CodedError {
    this.#options.audit.wire(by, op, error.code, facts);
    return error;
  }

  #expire(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined) return;
    this.#forget(waiting);
    const { op, by } = waiting;
    this.#options.audit.person(by, op, "second-person.expired", { id, user: waiting.user.name });
    this.#options.tell({
      code: "second-person.expired",
      level: "info",
      text: `nobody approved ${op} of ${by} in time`,
      facts: { id, op, by },
    });
  }

  #forget({ id, timer }: Waiting): void {
    timer.cancel();
    this.#waiting.delete(id);
  }
}

/** Who is not proven, or shares a user with others, is no person that could be told from another. */
function personOf(user: UnixUser | undefined): Result<UnixUser> {
  if (user === undefined) return fail({ code: "second-person.unproven" });
  return user.isPersonal ? ok(user) : fail({ code: "second-person.shared-user", user: user.name });
}
