import type { ReadingField } from "../agent/reading-fields.ts";
import type { CertificateReport } from "../agent/requests/certificates.ts";
import type { AlarmsReport, LeaseReport, StatusReport } from "../agent/site-report.ts";
import type { DevicesReport } from "../cli/devices-report.ts";
import type { StoreStats } from "../store/edge-store.ts";
import type { SyncStatus } from "../sync/sync.ts";
import type { BoxFacts } from "./box-facts.ts";

/** What a check looks at: the agent's own reports, null where it did not answer, and the box around it. */
export interface DoctorFacts {
  readonly nowMs: number;
  readonly box: BoxFacts;
  /** How the socket answered; undefined: it answered. */
  readonly socketTrouble: string | undefined;
  readonly status: StatusReport | null;
  readonly devices: DevicesReport["devices"] | null;
  readonly units: readonly UnitFacts[] | null;
  readonly link: { readonly cloud: { readonly brokerUrl: string } | null; readonly link: SyncStatus | null } | null;
  readonly store:
    | (StoreStats & { readonly storing: boolean; readonly heldRecords: number; readonly file: string })
    | null;
  readonly time: { readonly timeMs: number; readonly isClockTrusted: boolean | null } | null;
  readonly certificates: readonly CertificateReport[] | null;
  readonly alarms: AlarmsReport | null;
  readonly lease: LeaseReport | null;
  readonly audit: { readonly chain: { readonly ok: boolean; readonly error?: { readonly sequence: number } } } | null;
}

export type UnitFacts = {
  readonly id: string;
  readonly rating: { readonly dischargeWMax: number; readonly chargeWMax: number; readonly capacityWh: number };
  readonly revertAfterMs: number;
} & Readonly<Record<string, ReadingField>>;

/** `unknown` is never ok: what could not be looked at is said. */
export type Verdict = "ok" | "warning" | "critical" | "unknown";

export interface Diagnosis {
  readonly verdict: Verdict;
  /** What was found, with its figure. */
  readonly said: string;
}

/** One question about a site. */
export interface Check {
  readonly name: string;
  /** What it costs when it is not ok. */
  readonly why: string;
  /** What to do then. */
  readonly fix: string;
  look(facts: DoctorFacts): Diagnosis;
}

export const isOk = (said: string): Diagnosis => ({ verdict: "ok", said });
export const warning = (said: string): Diagnosis => ({ verdict: "warning", said });
export const critical = (said: string): Diagnosis => ({ verdict: "critical", said });
export const unknown = (said: string): Diagnosis => ({ verdict: "unknown", said });

/** A check of something that is there only while the agent answers. */
export function checkOf<Part>(
  name: string,
  why: string,
  fix: string,
  part: (facts: DoctorFacts) => Part | null | undefined,
  look: (part: Part, facts: DoctorFacts) => Diagnosis,
): Check {
  return {
    name,
    why,
    fix,
    look: (facts) => {
      const found = part(facts);
      return found === null || found === undefined ? unknown("the agent did not say") : look(found, facts);
    },
  };
}
