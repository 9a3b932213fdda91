export type { BirthDevice, BirthMetric, DataMetric } from "./birth-book.ts";
export { DataType } from "./data-type.ts";
export { decodePayload, type PayloadBounds, type PayloadError, payloadBounds } from "./decode-payload.ts";
export {
  type CommandMetric,
  type EdgeAction,
  type EdgeEvent,
  type EdgeNodeOptions,
  rebirthName,
  SparkplugEdgeNode,
} from "./edge-node.ts";
export { type EncodeOptions, encodePayload } from "./encode-payload.ts";
export {
  type HostAction,
  type HostEvent,
  type HostOptions,
  SparkplugHost,
} from "./host.ts";
export type { HostCommandMetric, HostMetric } from "./host-node.ts";
export {
  type DataSet,
  type Metric,
  type MetricValue,
  type Payload,
  type Property,
  type PropertySet,
  quality,
  type Scalar,
  type Template,
  type TemplateParameter,
} from "./payload.ts";
export { type HostState, type HostStateError, hostStateMessage, parseHostState } from "./state-message.ts";
export {
  type DeviceVerb,
  deviceTopic,
  deviceVerbs,
  isSparkplugId,
  type NodeVerb,
  nodeTopic,
  nodeVerbs,
  parseTopic,
  stateTopic,
  type Topic,
  type TopicError,
} from "./topic.ts";
export { fitsDataType, interpretValue } from "./value.ts";
