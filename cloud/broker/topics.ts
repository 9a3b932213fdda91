/** Whether a topic falls under a filter, by MQTT 3.1.1 section 4.7: `+` is one level, `#` the rest and its parent. */
export function topicMatches(filter: string, topic: string): boolean {
  if (filter === topic) return true;
  const wanted = filter.split("/");
  const levels = topic.split("/");
  // [MQTT-4.7.2-1]: a wildcard at the front does not see the broker's own topics.
  if (topic.startsWith("$") && (wanted[0] === "+" || wanted[0] === "#")) return false;
  for (let index = 0; index < wanted.length; index++) {
    const level = wanted[index];
    if (level === "#") return true;
    if (index >= levels.length) return false;
    if (level !== "+" && level !== levels[index]) return false;
  }
  return wanted.length === levels.length;
}

/** Whether everything a filter can match is also matched by `allowed`: what a subscription may ask for. */
export function filterCovers(allowed: string, filter: string): boolean {
  const allowedLevels = allowed.split("/");
  const levels = filter.split("/");
  for (let index = 0; index < allowedLevels.length; index++) {
    const level = allowedLevels[index];
    if (level === "#") return true;
    const asked = levels[index];
    if (asked === undefined || asked === "#") return false;
    if (level === "+") continue;
    if (asked === "+" || asked !== level) return false;
  }
  return allowedLevels.length === levels.length;
}

/** MQTT 3.1.1 section 4.7.1: wildcards stand alone in their level and `#` comes last. */
export const isFilterValid = (filter: string): boolean =>
  filter.length > 0 &&
  !filter.includes("\0") &&
  filter
    .split("/")
    .every((level, index, levels) =>
      level === "#" ? index === levels.length - 1 : level === "+" || !/[+#]/.test(level),
    );

export const isTopicValid = (topic: string): boolean => topic.length > 0 && !/[+#\0]/.test(topic);
