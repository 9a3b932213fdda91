/**
 * A copy that may leave the site: whatever is secret by its name is gone, people and addresses become words that stay
 * the same throughout, so that "the same person" and "the same host" can still be seen.
 */
export function redact(value: unknown): unknown {
  const words = new Map<string, string>();
  const word = (kind: string, text: string): string => {
    const known = words.get(`${kind} ${text}`);
    if (known !== undefined) return known;
    const count = [...words.keys()].filter((key) => key.startsWith(`${kind} `)).length + 1;
    words.set(`${kind} ${text}`, `${kind}-${count}`);
    return `${kind}-${count}`;
  };
  const text = (said: string): string =>
    said
      .replaceAll(/-----BEGIN [^-]+-----[\s\S]*?-----END [^-]+-----/g, "(key removed)")
      .replaceAll(addressWithScheme, (_, scheme: string, host: string) =>
        /^(localhost$|127\.)/.test(host) ? `${scheme}://${host}` : `${scheme}://${word("host", host)}`,
      )
      .replaceAll(/\b(?:\d{1,3}\.){3}\d{1,3}\b/g, (address) =>
        address.startsWith("127.") ? address : word("host", address),
      )
      .replaceAll(/\/home\/[^/\s"]+/g, "/home/(user)");
  const walk = (part: unknown, name: string): unknown => {
    if (isSecret.test(name) && typeof part === "string") return "(removed)";
    if (typeof part === "string") return isPerson.has(name) && part !== "cloud" ? word("person", part) : text(part);
    if (Array.isArray(part)) return part.map((one) => walk(one, name));
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, walk(one, key)]));
  };
  return withoutPeople(walk(value, ""), words);
}

/** A name and a password before the host go with it. */
const addressWithScheme = /\b(mqtts?|wss?|opc\.tcp|https?):\/\/(?:[^@/\s]+@)?([A-Za-z0-9.-]+)/g;
const isSecret = /password|secret|token|privateKey|serialNumber/i;
const isPerson = new Set(["by", "who", "ackedBy", "username", "user", "askedBy", "askedByUser"]);

/** A person's name in the middle of a sentence ("ann: smoke") is the same name. */
function withoutPeople(value: unknown, words: ReadonlyMap<string, string>): unknown {
  const people = [...words]
    .filter(([key]) => key.startsWith("person "))
    .map(([key, to]) => [key.slice(7), to] as const)
    // "ann and bob" before "bob".
    .toSorted(([one], [other]) => other.length - one.length);
  const walk = (part: unknown): unknown => {
    if (typeof part === "string") {
      return people.reduce(
        (said, [name, to]) => (name.length > 1 ? said.split(`${name}: `).join(`${to}: `) : said),
        part,
      );
    }
    if (Array.isArray(part)) return part.map(walk);
    if (typeof part !== "object" || part === null) return part;
    return Object.fromEntries(Object.entries(part).map(([key, one]) => [key, walk(one)]));
  };
  return walk(value);
}
