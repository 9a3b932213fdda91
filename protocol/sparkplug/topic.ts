import { type CodedError, fail, ok, type Result } from "../result/index.ts";

export const nodeVerbs = ["NBIRTH", "NDATA", "NDEATH", "NCMD"] as const;
export const deviceVerbs = ["DBIRTH", "DDATA", "DDEATH", "DCMD"] as const;
export type NodeVerb = (typeof nodeVerbs)[number];
export type DeviceVerb = (typeof deviceVerbs)[number];

/** A Sparkplug B topic, taken apart. */
export type Topic =
  | { readonly verb: NodeVerb; readonly groupId: string; readonly nodeId: string }
  | { readonly verb: DeviceVerb; readonly groupId: string; readonly nodeId: string; readonly deviceId: string }
  | { readonly verb: "STATE"; readonly hostId: string };

export interface TopicError extends CodedError {
  readonly code: "sparkplug.not-a-topic";
  readonly topic: string;
}

/** `spBv1.0/group/verb/node[/device]` or `spBv1.0/STATE/host`. */
export function parseTopic(topic: string): Result<Topic, TopicError> {
  const [space, first = "", verb = "", nodeId = "", deviceId, ...rest] = topic.split("/");
  const parsed = (value: Topic, ...ids: string[]) =>
    space === namespace && rest.length === 0 && ids.every(isSparkplugId) ? ok(value) : refused(topic);
  // A group may be called STATE: only the number of parts tells the two apart.
  if (first === "STATE" && nodeId === "" && deviceId === undefined)
    return parsed({ verb: "STATE", hostId: verb }, verb);
  if (isOneOf(nodeVerbs, verb) && deviceId === undefined) {
    return parsed({ verb, groupId: first, nodeId }, first, nodeId);
  }
  if (isOneOf(deviceVerbs, verb) && deviceId !== undefined) {
    return parsed({ verb, groupId: first, nodeId, deviceId }, first, nodeId, deviceId);
  }
  return refused(topic);
}

/** Topics a session has seen, taken apart once: the same few come for ever. Beyond `topicsMax` they are not remembered. */
export class TopicBook {
  readonly #topics = new Map<string, Result<Topic, TopicError>>();
  readonly #topicsMax: number;

  constructor(topicsMax = 50_000) {
    this.#topicsMax = topicsMax;
  }

  parse(text: string): Result<Topic, TopicError> {
    const known = this.#topics.get(text);
    if (known !== undefined) return known;
    const topic = parseTopic(text);
    if (topic.ok && this.#topics.size < this.#topicsMax) this.#topics.set(text, topic);
    return topic;
  }
}

export const nodeTopic = (groupId: string, verb: NodeVerb, nodeId: string): string =>
  `${namespace}/${groupId}/${verb}/${nodeId}`;

export const deviceTopic = (groupId: string, verb: DeviceVerb, nodeId: string, deviceId: string): string =>
  `${namespace}/${groupId}/${verb}/${nodeId}/${deviceId}`;

export const stateTopic = (hostId: string): string => `${namespace}/STATE/${hostId}`;

/** Not empty, at most 200 characters, none of the characters MQTT keeps for itself. */
export function isSparkplugId(id: string): boolean {
  return /^[^+/#\p{Cc}]{1,200}$/u.test(id);
}

const namespace = "spBv1.0";

const refused = (topic: string) => fail<TopicError>({ code: "sparkplug.not-a-topic", topic: topic.slice(0, 300) });

const isOneOf = <T extends string>(values: readonly T[], value: string): value is T =>
  (values as readonly string[]).includes(value);
