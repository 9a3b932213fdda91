import { fail, ok } from "@penstock/protocol/result";
import { type Clock, onGrid } from "@penstock/protocol/time";
import type { Ms } from "@penstock/protocol/units";
import type { SiteSim } from "../sites/site-sim.ts";
import type { SiteTruth } from "../sites/site-truth.ts";
import { type ControlOp, type ControlRequest, serveControl } from "./control-server.ts";
import { serveModbusTcp } from "./modbus-tcp-server.ts";
import { certificateKinds, type OpcUaSiteServer, serveOpcUa } from "./opc-ua-server.ts";

export interface ServeSiteOptions {
  readonly site: SiteSim;
  /** Paces the physics: the system clock makes a site in real time. */
  readonly clock: Clock;
  readonly stepMs: number;
  readonly host?: string;
  /** The first unit's port; the others and the meters follow. Without it every device takes any free port. */
  readonly modbusPortBase?: number;
  readonly opcUaPort?: number;
  readonly pkiFolder: string;
  readonly acceptsUnknownOpcUaClients?: boolean;
  readonly controlPort?: number;
  readonly controlOps?: Readonly<Record<string, ControlOp>>;
  /** Called after every tick of the pace with the site's truth; copy what must last. */
  readonly onStep?: (truth: SiteTruth) => void;
}

export interface DeviceAddress {
  readonly id: string;
  readonly host: string;
  readonly port: number;
}

/** Where a running site can be reached; plain JSON. */
export interface SiteAddresses {
  readonly site: string;
  /** Whoever takes set-points: the units, or the site controller in front of them. */
  readonly units: readonly DeviceAddress[];
  readonly meter: DeviceAddress;
  /** Those of the site's branches; none on most. */
  readonly branchMeters: readonly DeviceAddress[];
  readonly plant: { readonly id: string; readonly endpointUrl: string };
  readonly control: { readonly host: string; readonly port: number };
}

export interface ServedSite {
  readonly addresses: SiteAddresses;
  readonly opcUa: OpcUaSiteServer;
  close(): Promise<void>;
}

/** Puts a site on real sockets and sets its time going. */
export async function serveSite(options: ServeSiteOptions): Promise<ServedSite> {
  const { site, clock, host = "127.0.0.1", modbusPortBase } = options;
  let steppedMs: number = clock.nowMs();
  const opened: { close(): Promise<void> }[] = [];
  const close = async () => {
    for (const each of opened.reverse()) await each.close();
  };
  try {
    const devices: DeviceAddress[] = [];
    for (const [index, device] of site.modbusDevices.entries()) {
      const port = modbusPortBase === undefined ? 0 : modbusPortBase + index;
      const server = await serveModbusTcp({ device, clock, host, port });
      opened.push(server);
      devices.push({ id: device.id, host, port: server.port });
    }
    const opcUa = await serveOpcUa({
      plantController: site.plantController,
      siteName: site.spec.name,
      nowMs: () => steppedMs,
      pkiFolder: options.pkiFolder,
      host,
      port: options.opcUaPort ?? 0,
      acceptsUnknownClients: options.acceptsUnknownOpcUaClients ?? false,
    });
    opened.push(opcUa);
    const control = await serveControl({
      site,
      host,
      port: options.controlPort ?? 0,
      ops: { ...options.controlOps, "opc-ua-restart": (request) => restartOpcUa(opcUa, request) },
    });
    opened.push(control);
    const pace = paceSite(options, () => {
      // The site's own time began when it was made, before its servers were up.
      steppedMs = clock.nowMs();
      options.onStep?.(site.truth);
    });
    opened.push({
      close: async () => pace.cancel(),
    });
    const meterAt = site.modbusDevices.indexOf(site.meter);
    return {
      addresses: {
        site: site.spec.name,
        units: devices.slice(0, meterAt),
        meter: devices[meterAt] ?? { id: site.meter.id, host, port: 0 },
        branchMeters: devices.slice(meterAt + 1),
        plant: { id: site.plantController.id, endpointUrl: opcUa.endpointUrl },
        control: { host: control.host, port: control.port },
      },
      opcUa,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Answers at once; it takes a second or two. */
function restartOpcUa(server: OpcUaSiteServer, request: ControlRequest): ReturnType<ControlOp> {
  const { certificate, namespacesBefore } = request;
  const kind = certificateKinds.find((one) => one === certificate);
  const isCount = Number.isInteger(namespacesBefore) && Number(namespacesBefore) >= 0;
  if ((certificate !== undefined && kind === undefined) || (namespacesBefore !== undefined && !isCount)) {
    const expected = `certificate: ${certificateKinds.join(" | ")}; namespacesBefore: whole number from 0`;
    return fail({ code: "control.bad-request", expected });
  }
  server
    .restart({ certificate: kind, namespacesBefore: isCount ? Number(namespacesBefore) : undefined })
    .catch((error) => {
      process.stderr.write(`the OPC UA server did not come back: ${String(error)}\n`);
    });
  return ok({});
}

/** Steps the site along the clock. After a stall it catches up in ordinary steps, then in one long one. */
function paceSite({ site, clock, stepMs }: ServeSiteOptions, onStep: () => void): { cancel(): void } {
  let reachedMs: number = clock.monotonicMs();
  return onGrid(clock, stepMs as Ms, () => {
    let behindMs = clock.monotonicMs() - reachedMs;
    reachedMs += behindMs;
    for (let count = 0; count < catchUpSteps && behindMs >= 2 * stepMs; count++) {
      site.step(stepMs);
      behindMs -= stepMs;
    }
    site.step(behindMs);
    onStep();
  });
}

const catchUpSteps = 40;
