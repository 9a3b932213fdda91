import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { privateKeyFromPem, publicKeyFromPem, publicKeyPem } from "@penstock/protocol/lease";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";
import { type CommissioningState, resultOf, type StepResult } from "./commissioning-state.ts";
import { commissioningSteps } from "./steps/index.ts";

/** What was proven about a site, by whom and when. */
export interface CommissioningReport {
  readonly version: 1;
  readonly site: string;
  readonly passed: boolean;
  readonly startedMs: number;
  readonly reportedMs: number;
  readonly by: string;
  /** The last result of each step, in order. */
  readonly steps: readonly StepResult[];
  readonly notRun: readonly string[];
}

/** The report and an Ed25519 signature over its exact text, so that nobody improves a figure afterwards. */
export interface SignedReport {
  readonly report: string;
  readonly signature: string;
  readonly publicKeyPem: string;
}

export function makeReport(state: CommissioningState, by: string, nowMs: number): CommissioningReport {
  const steps = commissioningSteps.map(({ name }) => resultOf(state, name)).filter((result) => result !== undefined);
  const notRun = commissioningSteps.map(({ name }) => name).filter((name) => resultOf(state, name) === undefined);
  const passed = notRun.length === 0 && steps.every(({ verdict }) => verdict === "passed");
  return { version: 1, site: state.site, passed, startedMs: state.startedMs, reportedMs: nowMs, by, steps, notRun };
}

export function signReport(report: CommissioningReport, key: KeyObject): SignedReport {
  const text = JSON.stringify(report);
  return {
    report: text,
    signature: sign(null, Buffer.from(text), key).toString("base64"),
    publicKeyPem: publicKeyPem(key),
  };
}

/** Errors: `commissioning.unreadable`, `commissioning.altered`. Compare the fingerprint with what was written down on site. */
export function verifyReport(
  text: string,
): Result<{ readonly report: CommissioningReport; readonly fingerprint: string }, CodedError> {
  let signed: SignedReport;
  try {
    signed = JSON.parse(text) as SignedReport;
  } catch {
    return fail({ code: "commissioning.unreadable" });
  }
  const key = publicKeyFromPem(String(signed.publicKeyPem));
  if (!key.ok || typeof signed.report !== "string") return fail({ code: "commissioning.unreadable" });
  const isTrue = verify(null, Buffer.from(signed.report), key.value, Buffer.from(String(signed.signature), "base64"));
  if (!isTrue) return fail({ code: "commissioning.altered" });
  return ok({
    report: JSON.parse(signed.report) as CommissioningReport,
    fingerprint: fingerprintOf(signed.publicKeyPem),
  });
}

/** Short enough to write on paper: who compares it knows whose key signed. */
export const fingerprintOf = (pem: string): string =>
  (createHash("sha256").update(pem.trim()).digest("hex").slice(0, 16).match(/.{4}/g) ?? []).join("-");

/** The site's own key, made at the first report and kept beside the state, readable by its owner alone. */
export function reportKey(file: string): Result<KeyObject, CodedError> {
  if (!existsSync(file)) {
    const { privateKey } = generateKeyPairSync("ed25519");
    writeFileSync(file, privateKey.export({ format: "pem", type: "pkcs8" }), { mode: 0o600 });
  }
  return privateKeyFromPem(readFileSync(file, "utf8"));
}

/** The same for people: 80 columns, to be printed and signed by hand. */
export function reportText(report: CommissioningReport, fingerprint: string): string {
  const time = (timeMs: number) => new Date(timeMs).toISOString().replace("T", " ").slice(0, 19);
  const lines = [
    `Commissioning report: ${report.site}`,
    `${report.passed ? "PASSED" : "NOT PASSED"}   begun ${time(report.startedMs)}, reported ${time(report.reportedMs)} UTC by ${report.by}`,
    `key ${fingerprint}`,
    "",
  ];
  for (const { step, verdict, timeMs, by, findings } of report.steps) {
    const title = commissioningSteps.find(({ name }) => name === step)?.title ?? "";
    lines.push(`${verdict.toUpperCase().padEnd(7)} ${step}: ${title}`, `        ${time(timeMs)} UTC by ${by}`);
    lines.push(...findings.map((finding) => `        - ${finding}`), "");
  }
  if (report.notRun.length > 0) lines.push(`not run: ${report.notRun.join(", ")}`);
  return `${lines.join("\n").trimEnd()}\n`;
}
