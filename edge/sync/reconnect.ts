import type { Rng } from "@penstock/protocol/rng";
import { type Ms, seconds } from "@penstock/protocol/units";

export interface ReconnectVerdict {
  readonly delayMs: Ms;
  /** Sessions are made and broken again at once: somebody else is probably using our identity. */
  readonly contested: boolean;
}

const firstMs = seconds(1);
const longestMs = seconds(60);
/** A session that lived this long proves the way is good: the next failure starts from the beginning. */
const provenMs = seconds(30);
/** MQTT 3.1.1 closes a session that was taken over without a word; this many short ones in a row tell. */
const contestedAfter = 3;

/**
 * When to try again. Full jitter: anywhere between now and a bound that doubles from 1 s to 60 s, so that a
 * fleet which lost its broker together does not come back together.
 */
export class Reconnect {
  readonly #rng: Rng;
  #failures = 0;
  #shortSessions = 0;

  constructor(rng: Rng) {
    this.#rng = rng;
  }

  /** `livedMs`: how long the session had been up when it broke; undefined when it never was. */
  closed(livedMs: number | undefined): ReconnectVerdict {
    if (livedMs !== undefined && livedMs >= provenMs) {
      this.#failures = 0;
      this.#shortSessions = 0;
    } else if (livedMs !== undefined) {
      this.#shortSessions++;
    }
    const boundMs = Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 10));
    this.#failures++;
    return { delayMs: this.#rng.between(0, boundMs) as Ms, contested: this.#shortSessions >= contestedAfter };
  }
}
