import { X509Certificate } from "node:crypto";
import type { CodedError } from "@penstock/protocol/result";
import { applicationUriOf, subjectOf } from "../certificates/certificate-folder.ts";
import { fingerprintOf } from "../certificates/fingerprint.ts";

/**
 * What is wrong with a peer's certificate, pure: `status` is the library's verdict, `trusted` what lies in `trusted/certs`
 * by thumbprint and application. One that is unknown, but comes from an application we trust by another certificate, has been
 * changed. Dates come first, because trust does not mend them; they are judged by our own clock, which may be the one that
 * is wrong.
 */
export function certificateTrouble(
  der: Uint8Array,
  status: string,
  trusted: readonly { readonly thumbprint: string; readonly applicationUri: string | undefined }[],
  nowMs: number,
): CodedError {
  const thumbprint = fingerprintOf(der);
  const shown = parse(der);
  if (shown === undefined) return { code: "opc-ua.certificate-refused", thumbprint, status };
  const facts = { thumbprint, subject: subjectOf(shown) };
  if (shown.validToDate.getTime() <= nowMs) {
    return { code: "opc-ua.certificate-expired", ...facts, until: shown.validToDate.toISOString() };
  }
  if (shown.validFromDate.getTime() > nowMs) {
    return { code: "opc-ua.certificate-not-yet-valid", ...facts, from: shown.validFromDate.toISOString() };
  }
  if (status !== "BadCertificateUntrusted") return { code: "opc-ua.certificate-refused", ...facts, status };
  const applicationUri = applicationUriOf(shown);
  const before = trusted.find((one) => applicationUri !== undefined && one.applicationUri === applicationUri);
  return before === undefined
    ? { code: "opc-ua.certificate-untrusted", ...facts }
    : { code: "opc-ua.certificate-changed", ...facts, trusted: before.thumbprint };
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}
