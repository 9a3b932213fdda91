import { certificatesIn, type KnownCertificate } from "../../certificates/certificate-folder.ts";
import { type PkiFolder, pkiFoldersOf } from "../../certificates/pki-folders.ts";
import type { OperatorRequest } from "./request.ts";

export interface CertificatesReport {
  readonly version: 1;
  readonly site: string;
  readonly timeMs: number;
  readonly certificates: readonly CertificateReport[];
}

export type CertificateReport = KnownCertificate & Pick<PkiFolder, "side" | "peers">;

/** The certificates of OPC UA's servers and clients: which wait to be trusted, and which are. */
export const certificates: OperatorRequest<object> = {
  op: "certificates",
  role: "viewer",
  parse: () => ({}),
  answer: (_, { config, view }, answer) => {
    const { siteId, nowMs } = view();
    const report: CertificatesReport = {
      version: 1,
      site: siteId,
      timeMs: nowMs,
      certificates: pkiFoldersOf(config).flatMap(({ folder, side, peers }) =>
        certificatesIn(folder).map((certificate) => ({ ...certificate, side, peers })),
      ),
    };
    answer(report);
  },
};
