import type { CodecUnderTest } from "./codec.ts";
import { leaseEnvelope } from "./lease-envelope.ts";
import { modbusClient } from "./modbus-client.ts";
import { modbusServer } from "./modbus-server.ts";
import { priceFiles } from "./price-files.ts";
import { rtuClient } from "./rtu-client.ts";
import { siteYaml } from "./site-yaml.ts";
import { sparkplugPayload } from "./sparkplug-payload.ts";
import { sunspecDiscovery } from "./sunspec-discovery.ts";
import { sunspecModel } from "./sunspec-model.ts";

/** The shelf: one codec a line. */
export const codecs: readonly CodecUnderTest[] = [
  modbusClient,
  rtuClient,
  modbusServer,
  sunspecModel,
  sunspecDiscovery,
  sparkplugPayload,
  leaseEnvelope,
  siteYaml,
  priceFiles,
];
