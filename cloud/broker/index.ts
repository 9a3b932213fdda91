export { type AccessList, accessList, type BrokerIdentity, nameOf } from "./access.ts";
export { type Credential, Credentials, newPassword } from "./credentials.ts";
export {
  type BrokerEvent,
  type EmbeddedBroker,
  type EmbeddedBrokerOptions,
  embeddedBroker,
} from "./embedded-broker.ts";
export { MemoryBroker, type MemoryBrokerOptions, type SeenMessage } from "./memory-broker.ts";
export { MemoryLink } from "./memory-link.ts";
export { type BrokerAddress, MqttClientLink } from "./mqtt-link.ts";
export { NetworkPath } from "./network-path.ts";
export { topicMatches } from "./topics.ts";
