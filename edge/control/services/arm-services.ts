import { W } from "@penstock/protocol/units";
import { strongest } from "../live-grants.ts";
import type { SiteControlConfig } from "../site-control-config.ts";
import type { Grant, StepInput } from "../step-types.ts";
import type { Service } from "./service.ts";

/**
 * The site's contracts as they stand this cycle: of a service that is sold interval by interval there is as much as the
 * lease in force names, never more than is contracted, and none without a lease. What is always on stays as it is. Their
 * order stays, so that each finds its memory.
 */
export function armServices(config: SiteControlConfig, { grants, image }: StepInput): SiteControlConfig {
  const { services } = config;
  if (services === undefined || !services.contracts.some(isArmedByLease)) return config;
  const lease = strongest(grants, "setpoint", image.monotonicMs);
  const known = armed.get(config);
  if (known !== undefined && known.lease === lease) return known.config;
  const contracts = services.contracts.map((service) =>
    isArmedByLease(service) ? { ...service, contractedW: armedW(service, lease) } : service,
  );
  const made = { lease, config: { ...config, services: { ...services, contracts } } };
  armed.set(config, made);
  return made.config;
}

/** A lease lasts for many cycles: what it comes to is derived once. */
const armed = new WeakMap<
  SiteControlConfig,
  { readonly lease: Grant | undefined; readonly config: SiteControlConfig }
>();

const isArmedByLease = (service: Service): service is ArmedByLease =>
  service.type === "curve" && service.armedByLease === true;

type ArmedByLease = Extract<Service, { type: "curve" }>;

function armedW({ name, contractedW }: ArmedByLease, lease: Grant | undefined): W {
  const wanted = lease?.reserves?.find(({ service }) => service === name);
  return W(Math.min(contractedW, wanted?.powerW ?? 0));
}
