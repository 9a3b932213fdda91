import type { CertificatesReport } from "../agent/requests/certificates.ts";
import type { AlarmsReport, LeaseReport, StatusReport } from "../agent/site-report.ts";
import type { CommandContext } from "../cli/command.ts";
import type { DevicesReport } from "../cli/devices-report.ts";
import { boxFacts } from "./box-facts.ts";
import type { DoctorFacts, UnitFacts } from "./check.ts";

/** Asks everything a check may want to know. An agent that does not answer leaves nulls, and that is a finding. */
export async function gatherFacts(context: CommandContext): Promise<DoctorFacts> {
  const site = context.findSite();
  const ask = async (request: { readonly op: string } & Readonly<Record<string, unknown>>) => {
    const asked = site === undefined ? undefined : await context.ask(request);
    return asked?.ok ? asked.report : null;
  };
  const status = (await ask({ op: "status" })) as StatusReport | null;
  // Without an agent every further question would only be refused again.
  const more = status === null ? async () => null : ask;
  const store = (await more({ op: "store" })) as DoctorFacts["store"];
  return {
    nowMs: Date.now(),
    box: boxFacts({ socket: site?.path, storeFile: store?.file }),
    socketTrouble:
      status === null ? (site === undefined ? "no site runs here" : `nobody answers on ${site.path}`) : undefined,
    status,
    devices: ((await more({ op: "devices" })) as unknown as DevicesReport | null)?.devices ?? null,
    units: (((await more({ op: "units" })) as Record<string, unknown> | null)?.["units"] ?? null) as
      | readonly UnitFacts[]
      | null,
    link: (await more({ op: "link" })) as DoctorFacts["link"],
    store,
    time: (await more({ op: "time" })) as DoctorFacts["time"],
    certificates: ((await more({ op: "certificates" })) as unknown as CertificatesReport | null)?.certificates ?? null,
    alarms: (await more({ op: "alarms" })) as AlarmsReport | null,
    lease: (await more({ op: "lease" })) as LeaseReport | null,
    audit: (await more({ op: "audit", limit: 1_000 })) as DoctorFacts["audit"],
  };
}
