import { fail, ok, type Result } from "@penstock/protocol/result";
import { certificatesIn, type KnownCertificate, trustCertificate } from "../../certificates/certificate-folder.ts";
import { type PkiFolder, pkiFoldersOf } from "../../certificates/pki-folders.ts";
import type { SiteConfig } from "../../config/site-config.ts";
import { isText, type OperatorRequest, refusal } from "./request.ts";

interface Asked {
  readonly thumbprint: string;
  readonly by: string;
  readonly reason: string;
}

/**
 * Trusts a certificate that was refused, by its whole thumbprint. Its bearer's next attempt is let in: nothing is started
 * again. It lets somebody in who was kept out, so where the site wants two people for that, it does here.
 */
export const certificateTrust: OperatorRequest<Asked> = {
  op: "certificate-trust",
  role: "admin",

  parse({ thumbprint, by, reason }) {
    const isWhole = typeof thumbprint === "string" && /^[0-9a-f]{40}$/.test(thumbprint);
    return isWhole && isText(by) && isText(reason) ? { thumbprint, by, reason } : undefined;
  },

  widens({ thumbprint }, { config }) {
    const found = waiting(config, thumbprint);
    if (!found.ok) return undefined; // What is refused anyway needs nobody.
    const { certificate, side, peers } = found.value;
    const whose = `${side} ${certificate.subject} (${thumbprint})`;
    return { now: `${whose} is turned away`, after: `it is trusted as ${peers.join(", ")}` };
  },

  answer({ thumbprint, by, reason }, { config, audit, tell, view }, answer) {
    const found = waiting(config, thumbprint);
    const trusted = found.ok ? trustCertificate(found.value.folder, thumbprint) : found;
    const facts = { thumbprint, reason, ...(trusted.ok && { subject: trusted.value.subject }) };
    audit.person(by, "certificate-trust", trusted.ok ? "done" : trusted.error.code, facts);
    if (!trusted.ok || !found.ok) {
      answer(refusal(trusted.ok ? { code: "certificate.unknown" } : trusted.error));
      return;
    }
    const { side, peers } = found.value;
    const { subject } = trusted.value;
    const text = `${by}: the ${side} ${subject} is trusted as ${peers.join(", ")}: ${reason}`;
    tell({ code: "certificate.trusted", level: "warning", text, facts: { ...facts, by, side } });
    answer({ version: 1, site: view().siteId, done: "certificate-trust", side, peers, certificate: trusted.value });
  },
};

/** Errors: `certificate.unknown`, `certificate.already-trusted`. */
function waiting(
  config: SiteConfig,
  thumbprint: string,
): Result<PkiFolder & { readonly certificate: KnownCertificate }> {
  let isTrusted = false;
  for (const place of pkiFoldersOf(config)) {
    for (const certificate of certificatesIn(place.folder)) {
      if (certificate.thumbprint !== thumbprint) continue;
      if (certificate.state === "rejected") return ok({ ...place, certificate });
      isTrusted = true;
    }
  }
  return fail({ code: isTrusted ? "certificate.already-trusted" : "certificate.unknown", thumbprint });
}
