import { fail } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { seconds } from "@penstock/protocol/units";
import type { LoopAnswer, LoopQuestion } from "../loop/loop-question.ts";
import type { LoopInput } from "../loop/loop-types.ts";

/** A device that answers at all answers within a few cycles. */
const patienceMs = seconds(3);

/** Questions to the loop in its thread, each matched with its answer, none waited for without end. */
export class LoopQuestions {
  readonly #clock: Clock;
  readonly #loop: { post(input: LoopInput): void };
  readonly #waiting = new Map<number, (result: LoopAnswer["result"]) => void>();
  #lastId = 0;

  constructor(clock: Clock, loop: { post(input: LoopInput): void }) {
    this.#clock = clock;
    this.#loop = loop;
  }

  ask(question: LoopQuestion, done: (result: LoopAnswer["result"]) => void): void {
    const id = ++this.#lastId;
    this.#waiting.set(id, done);
    this.#loop.post({ type: "question", id, question });
    this.#clock.after(patienceMs, () => this.answered({ id, result: fail({ code: "loop.silent" }) }));
  }

  answered({ id, result }: LoopAnswer): void {
    const done = this.#waiting.get(id);
    this.#waiting.delete(id);
    done?.(result);
  }
}
