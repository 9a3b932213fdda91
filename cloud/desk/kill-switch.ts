import type { DeskAct } from "@penstock/protocol/fleet";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type ActLogPorts, logAct } from "./act-log.ts";
import { KeptFacts } from "./kept-facts.ts";
import type { Person } from "./person.ts";

/**
 * Stops the algorithm: latched, kept over restarts, and cleared only by another person than the one who pulled it.
 * It fails closed: a latch that cannot be read is a latch that is set.
 */
export class KillSwitch {
  readonly #ports: ActLogPorts;
  readonly #facts: KeptFacts;

  constructor(ports: ActLogPorts) {
    this.#ports = ports;
    this.#facts = new KeptFacts(ports.journal);
  }

  /** Null while the algorithm may bid. */
  state(): DeskAct | null {
    const kept = this.#facts.get(KEY);
    if (kept === undefined || kept === null) return null;
    const { by, why, atMs } = kept as Partial<DeskAct>;
    return by === undefined || why === undefined || atMs === undefined
      ? { by: "nobody known", why: "the latch cannot be read", atMs: this.#ports.clock.nowMs() }
      : { by, why, atMs };
  }

  /** Pulling it again changes nothing: the first word stands. */
  pull(by: Person, why: string): DeskAct {
    const held = this.state();
    if (held !== null) return held;
    const act = logAct(this.#ports, { act: "kill", subject: "desk", before: null, after: "killed" }, by, why);
    this.#facts.put(KEY, act);
    return act;
  }

  /** Refused with `desk.not-killed`, and with `desk.second-person` for who pulled it. */
  clear(by: Person, why: string): Result<DeskAct, CodedError> {
    const held = this.state();
    if (held === null) return fail({ code: "desk.not-killed" });
    if (held.by === by.name) return fail({ code: "desk.second-person", pulledBy: held.by, asked: by.name });
    const act = logAct(this.#ports, { act: "clear-kill", subject: "desk", before: held, after: null }, by, why);
    this.#facts.put(KEY, null);
    return ok(act);
  }
}

const KEY = "desk.kill";
