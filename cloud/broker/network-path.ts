import type { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import { Ms } from "@penstock/protocol/units";

/** The network between one identity and the broker, and what is wrong with it. */
export class NetworkPath {
  readonly #clock: Clock;
  readonly #rng: Rng;
  readonly #connections = new Set<Connection>();
  #isCut = false;
  #cuts = 0;
  #delayMs: Ms;
  #dropProbability = 0;

  constructor(clock: Clock, rng: Rng, delayMs: Ms) {
    this.#clock = clock;
    this.#rng = rng;
    this.#delayMs = delayMs;
  }

  get isCut(): boolean {
    return this.#isCut;
  }

  /** One way. */
  get delayMs(): Ms {
    return this.#delayMs;
  }

  set delayMs(delayMs: Ms) {
    this.#delayMs = delayMs;
  }

  /** Loses this share of the QoS 0 messages, as an overloaded broker or bridge does; 0 for none. */
  dropQos0(probability: number): void {
    this.#dropProbability = probability;
  }

  /** Whether this message is one of the lost. */
  drops(qos: 0 | 1): boolean {
    return qos === 0 && this.#dropProbability > 0 && this.#rng.chance(this.#dropProbability);
  }

  /**
   * Nothing passes and nobody is told. Both ends find out by silence, after one and a half keep-alives
   * [MQTT-3.1.2-24], and only if it lasts that long.
   */
  cut(): void {
    if (this.#isCut) return;
    this.#isCut = true;
    const cut = ++this.#cuts;
    for (const connection of this.#connections) {
      connection.cut();
      if (connection.keepAliveS === 0) continue;
      this.#clock.after(Ms(connection.keepAliveS * 1500), () => {
        if (this.#isCut && this.#cuts === cut) connection.timeOut();
      });
    }
  }

  mend(): void {
    if (!this.#isCut) return;
    this.#isCut = false;
    for (const connection of this.#connections) connection.mend(this.#delayMs);
  }

  opened(connection: Connection): void {
    this.#connections.add(connection);
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection);
  }
}

/** What a path needs to know of what runs over it. */
export interface Connection {
  readonly keepAliveS: number;
  cut(): void;
  mend(delayMs: Ms): void;
  /** Both ends give up. */
  timeOut(): void;
}
