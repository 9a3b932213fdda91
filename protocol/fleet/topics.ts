/** Where the fleet view is published: retained, at most once a second a topic, JSON with a `version`. */
export const FLEET_TOPICS = "penstock/fleet/#";
export const summaryTopic = "penstock/fleet/summary";
export const alarmsTopic = "penstock/fleet/alarms";
export const deskTopic = "penstock/fleet/desk";
export const siteTopic = (siteId: string): string => `penstock/fleet/sites/${topicLevel(siteId)}`;
export const marketTopic = (marketId: string): string => `penstock/fleet/market/${topicLevel(marketId)}`;

/** One level of a topic: what MQTT gives a meaning of its own is percent-encoded. */
const topicLevel = (text: string): string =>
  text.replace(/[%/+#\0]/g, (character) => `%${character.charCodeAt(0).toString(16).padStart(2, "0").toUpperCase()}`);
