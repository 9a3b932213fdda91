import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";
import { type StatusCode, StatusCodes } from "node-opcua-client";
import type { FromServer, ToServer } from "../northbound/server-link.ts";

/** What clients want of the site and wait for: Good only when the site says so; without its answer in two seconds nobody knows. */
export class SiteAnswers {
  readonly #clock: Clock;
  readonly #post: (message: FromServer) => void;
  readonly #waiting = new Map<number, (status: StatusCode) => void>();
  #lastId = 0;

  constructor(clock: Clock, post: (message: FromServer) => void) {
    this.#clock = clock;
    this.#post = post;
  }

  ask(question: (id: number) => FromServer): Promise<StatusCode> {
    if (this.#waiting.size >= WAITING_MAX) return Promise.resolve(StatusCodes.BadTooManyOperations);
    const id = ++this.#lastId;
    return new Promise((resolve) => {
      const answer = (status: StatusCode) => {
        timer.cancel();
        this.#waiting.delete(id);
        resolve(status);
      };
      const timer = this.#clock.after(ANSWER_WITHIN_MS, () => answer(StatusCodes.BadTimeout));
      this.#waiting.set(id, answer);
      this.#post(question(id));
    });
  }

  answered({ id, status }: Extract<ToServer, { type: "answered" }>): void {
    this.#waiting.get(id)?.(StatusCodes[status]);
  }
}

const ANSWER_WITHIN_MS = Ms(2_000);
const WAITING_MAX = 16;
