import type { MqttLink } from "@penstock/protocol/link";
import type { Rng } from "@penstock/protocol/rng";
import type { Clock } from "@penstock/protocol/time";
import type { ConfigDesk } from "../config/config-desk.ts";
import type { SiteConfig } from "../config/site-config.ts";
import type { EdgeEvent, LoopInput } from "../loop/loop-types.ts";
import type { ServerReport } from "../northbound/northbound.ts";
import type { EdgeStore } from "../store/edge-store.ts";
import type { OutboxLimits } from "../sync/outbox.ts";

/** The fast loop, as whoever stands around it reaches it. */
export interface LoopPort {
  post(input: LoopInput): void;
}

export interface EdgeAgentOptions {
  readonly clock: Clock;
  readonly rng: Rng;
  readonly config: SiteConfig;
  readonly store: EdgeStore;
  /** Needed when the configuration names a cloud; a site without one runs by itself. */
  readonly link?: MqttLink;
  readonly loop: LoopPort;
  /** Every event, as it happens, for a log. */
  readonly onEvent?: (event: EdgeEvent) => void;
  readonly outboxLimits?: OutboxLimits;
  /** Where the site's configuration is kept; on the virtual clock it has only the one it was made with. */
  readonly configDesk?: ConfigDesk;
  /** The servers for SCADA and who is connected to them; on the virtual clock there are none. */
  readonly northbound?: () => readonly ServerReport[];
}
