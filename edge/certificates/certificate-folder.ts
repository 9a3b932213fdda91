import { X509Certificate } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, statSync } from "node:fs";
import { basename, join } from "node:path";
import { fail, ok, type Result } from "@penstock/protocol/result";
import { fingerprintOf } from "./fingerprint.ts";
import { refusalsIn } from "./refusal-book.ts";

/** A peer's certificate as it lies in a `pkiFolder`. Times are UTC ms. */
export interface KnownCertificate {
  readonly state: "rejected" | "trusted";
  /** SHA-1, lower-case hex: what OPC UA names a certificate by. */
  readonly thumbprint: string;
  readonly sha256: string;
  readonly subject: string;
  /** Who it says it is; undefined where it names no application. */
  readonly applicationUri: string | undefined;
  readonly validFromMs: number;
  readonly validUntilMs: number;
  /** When it was refused last, or became trusted. */
  readonly sinceMs: number;
  /** Where it was shown, and how often it was refused; undefined where nobody wrote that down. */
  readonly from: string | undefined;
  readonly times: number | undefined;
}

/** What lies in `rejected/` and `trusted/certs`, the newest first. A file that is no certificate is left out. */
export function certificatesIn(pkiFolder: string): readonly KnownCertificate[] {
  const refusals = refusalsIn(pkiFolder);
  return (["rejected", "trusted"] as const)
    .flatMap((state) =>
      filesIn(folderOf(pkiFolder, state)).flatMap((file): KnownCertificate[] => {
        const certificate = parse(file);
        if (certificate === undefined) return [];
        const thumbprint = fingerprintOf(certificate.raw);
        const refusal = refusals[thumbprint];
        const wasRefused = state === "rejected" && refusal !== undefined;
        return [
          {
            state,
            thumbprint,
            sha256: certificate.fingerprint256.replaceAll(":", "").toLowerCase(),
            subject: subjectOf(certificate),
            applicationUri: applicationUriOf(certificate),
            validFromMs: certificate.validFromDate.getTime(),
            validUntilMs: certificate.validToDate.getTime(),
            sinceMs: wasRefused ? refusal.lastMs : (statSync(file, { throwIfNoEntry: false })?.mtimeMs ?? 0),
            from: refusal?.from,
            times: refusal?.times,
          },
        ];
      }),
    )
    .toSorted((a, b) => b.sinceMs - a.sinceMs);
}

/**
 * Moves a certificate from `rejected/` to `trusted/certs`: whoever keeps the list looks at it anew for every connection.
 * `thumbprint` is a whole one. Errors: `certificate.unknown`, `certificate.already-trusted`, `certificate.cannot-move`.
 */
export function trustCertificate(pkiFolder: string, thumbprint: string): Result<KnownCertificate> {
  const known = certificatesIn(pkiFolder).filter((one) => one.thumbprint === thumbprint);
  const rejected = known.find(({ state }) => state === "rejected");
  if (rejected === undefined) {
    return fail({ code: known.length > 0 ? "certificate.already-trusted" : "certificate.unknown", thumbprint });
  }
  const trusted = folderOf(pkiFolder, "trusted");
  try {
    mkdirSync(trusted, { recursive: true });
    for (const file of filesIn(folderOf(pkiFolder, "rejected"))) {
      const certificate = parse(file);
      if (certificate === undefined || fingerprintOf(certificate.raw) !== thumbprint) continue;
      renameSync(file, join(trusted, basename(file)));
    }
  } catch (cause) {
    return fail({ code: "certificate.cannot-move", thumbprint, cause: String(cause) });
  }
  return ok({ ...rejected, state: "trusted" });
}

export const subjectOf = (certificate: X509Certificate): string =>
  certificate.subject?.split("\n").join(", ") || applicationUriOf(certificate) || "without a name";

export const applicationUriOf = ({ subjectAltName }: X509Certificate): string | undefined =>
  /URI:([^,]+)/.exec(subjectAltName ?? "")?.[1];

const folderOf = (pkiFolder: string, state: KnownCertificate["state"]): string =>
  state === "rejected" ? join(pkiFolder, "rejected") : join(pkiFolder, "trusted", "certs");

function filesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).map((name) => join(folder, name));
  } catch {
    return []; // Nobody has made it yet: nobody was refused and nobody is trusted.
  }
}

function parse(file: string): X509Certificate | undefined {
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    return undefined; // Moved meanwhile, or no certificate.
  }
}
