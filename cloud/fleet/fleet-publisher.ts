import {
  alarmsTopic,
  deskTopic,
  FLEET_VERSION,
  type FleetDelta,
  marketTopic,
  siteTopic,
  summaryTopic,
} from "@penstock/protocol/fleet";
import type { MqttMessage } from "@penstock/protocol/link";

/**
 * Puts the fleet view on MQTT, retained, so that any MQTT client reads it without code of ours. As often as it is
 * shown deltas and no more; of what could not be sent, only the newest is tried again.
 */
export class FleetPublisher {
  readonly #publish: (message: MqttMessage) => boolean;
  readonly #waiting = new Map<string, object>();

  constructor(publish: (message: MqttMessage) => boolean) {
    this.#publish = publish;
  }

  /** A snapshot, or what changed since. */
  show({ summary, sites, markets, alarms, desk, atMs }: Omit<FleetDelta, "sequence">): void {
    this.#waiting.set(summaryTopic, summary);
    for (const site of sites) this.#waiting.set(siteTopic(site.siteId), site);
    for (const market of markets) this.#waiting.set(marketTopic(market.marketId), market);
    if (alarms !== undefined) this.#waiting.set(alarmsTopic, { version: FLEET_VERSION, atMs, alarms });
    if (desk !== undefined) this.#waiting.set(deskTopic, desk);
    for (const [topic, document] of this.#waiting) {
      const payload = new TextEncoder().encode(JSON.stringify(document));
      if (this.#publish({ topic, payload, qos: 0, retain: true })) this.#waiting.delete(topic);
    }
  }
}
