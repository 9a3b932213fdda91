import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock, Timer } from "@penstock/protocol/time";
import type { Ms, UtcMs } from "@penstock/protocol/units";
import type { EdgeEvent } from "../loop/loop-types.ts";
import type { AuditLog } from "./audit-log.ts";
import type { Caller, UnixUser } from "./requests/caller.ts";
import { type Answer, ROLES, type Role, type Widening } from "./requests/request.ts";

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
  /** Does it as if it were asked now: every condition is looked at again. `by` is both people. */
  readonly run: (by: string, answer: Answer) => void;
}

interface Waiting extends Held {
  readonly id: string;
  readonly user: UnixUser;
  readonly untilMs: UtcMs;
  readonly timer: Timer;
}

/** Another person's word for what waits. */
export interface Word {
  readonly id: string;
  /** What they call themselves. */
  readonly by: string;
  readonly reason: string;
}

export interface SecondPersonOptions {
  readonly clock: Clock;
  readonly rng: Rng;
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

  constructor(options: SecondPersonOptions) {
    this.#options = options;
  }

  list(): readonly Waiting[] {
    return [...this.#waiting.values()];
  }

  /** Always an error: `second-person.waiting` with the name to approve it by, or why it cannot wait. */
  hold(held: Held, { user }: Caller, withinMs: Ms): CodedError {
    const { clock } = this.#options;
    const { op, by, reason, widening } = held;
    const person = personOf(user);
    if (!person.ok) return this.#refused(by, op, person.error, { reason });
    const { uid, name } = person.value;
    const before = this.list().find((other) => other.op === op && other.user.uid === uid);
    if (before !== undefined) this.#end(before, "second-person.withdrawn", by, "asked anew");
    if (this.#waiting.size >= waitingMax) return this.#refused(by, op, { code: "second-person.too-many" }, { reason });
    const id = this.#newId();
    const untilMs = (clock.nowMs() + withinMs) as UtcMs;
    const timer = clock.after(withinMs, () => this.#expire(id));
    this.#waiting.set(id, { ...held, id, user: person.value, untilMs, timer });
    const { now, after } = widening;
    this.#options.audit.person(by, op, "second-person.waiting", { id, reason, user: name, uid, now, after });
    this.#tell("second-person.waiting", `${by}: asks a second person for ${op}: ${reason}`, { id, op, by });
    return { code: "second-person.waiting", id, withinMs, untilMs };
  }

  /** Does what waits, when another person says so; answers as it does. */
  approve({ id, by, reason }: Word, caller: Caller, answer: Answer): CodedError | undefined {
    const checked = this.#check(id, caller);
    if (!checked.ok) return this.#refused(by, "approve", checked.error, { id, reason });
    const { waiting, user } = checked.value;
    const { op } = waiting;
    const both = `${named(waiting.by, waiting.user)} and ${named(by, user)}`;
    this.#forget(waiting);
    this.#options.audit.person(by, "approve", "approved", {
      ...{ id, op, reason, user: user.name, uid: user.uid },
      ...{ askedBy: waiting.by, askedByUser: waiting.user.name, askedByUid: waiting.user.uid },
    });
    this.#tell("second-person.approved", `${both}: ${op} is approved`, { id, op, by: both });
    waiting.run(both, answer);
    return undefined;
  }

  /** Nothing becomes freer by it, so anybody who may approve may do it, also who asked. */
  reject({ id, by, reason }: Word, { user }: Caller): CodedError | undefined {
    const waiting = this.#waiting.get(id);
    if (waiting === undefined)
      return this.#refused(by, "reject", { code: "second-person.not-waiting", id }, { reason });
    const isOwn = user !== undefined && user.uid === waiting.user.uid;
    this.#end(waiting, isOwn ? "second-person.withdrawn" : "second-person.rejected", by, reason);
    return undefined;
  }

  /** Somebody took room: what waits to give it back was asked before that, and is over. */
  outdate(ops: readonly string[], by: string, op: string): void {
    for (const waiting of this.list()) {
      if (ops.includes(waiting.op)) this.#end(waiting, "second-person.withdrawn", by, `${op} came between`);
    }
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
      return fail({ code: "second-person.outdated", id, op: waiting.op });
    }
    return ok({ waiting, user: person.value });
  }

  /** Whoever has not proven who they are is asked to, and that is nothing to write down. */
  #refused(by: string, op: string, error: CodedError, facts: Readonly<Record<string, unknown>>): CodedError {
    if (error.code !== "second-person.unproven") this.#options.audit.wire(by, op, error.code, facts);
    return error;
  }

  #expire(id: string): void {
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) this.#end(waiting, "second-person.expired", waiting.by, "nobody approved it in time");
  }

  #end(waiting: Waiting, code: string, by: string, reason: string): void {
    const { id, op, user } = waiting;
    this.#forget(waiting);
    this.#options.audit.person(by, op, code, { id, reason, askedBy: waiting.by, askedByUser: user.name });
    this.#tell(code, `${by}: ${op} is not done: ${reason}`, { id, op, by });
  }

  #tell(code: string, text: string, facts: Readonly<Record<string, unknown>>): void {
    this.#options.tell({ code, level: "info", text, facts });
  }

  #forget({ id, timer }: Waiting): void {
    timer.cancel();
    this.#waiting.delete(id);
  }

  /** Not counted: after a restart the name of one must not be the name of another. */
  #newId(): string {
    const id = Array.from({ length: 5 }, () => letters[Math.floor(this.#options.rng.uniform() * letters.length)]).join(
      "",
    );
    return this.#waiting.has(id) ? this.#newId() : id;
  }
}

/** None that is taken for another when it is read out over the telephone. */
const letters = "bcdfghjkmnpqrstvwxz";

/** What they call themselves, and the user they are where that is something else. */
const named = (by: string, { name }: UnixUser): string => (by === name ? by : `${by} (${name})`);

/** Who is not proven, or shares a user with others, is no person that could be told from another. */
function personOf(user: UnixUser | undefined): Result<UnixUser> {
  if (user === undefined) return fail({ code: "second-person.unproven" });
  return user.isPersonal ? ok(user) : fail({ code: "second-person.shared-user", user: user.name });
}
