import { readFileSync } from "node:fs";
import type { Clock } from "@penstock/protocol/time";
import type { OPCUACertificateManager } from "node-opcua-certificate-manager";
import { type StatusCode, StatusCodes } from "node-opcua-client";
import { fingerprintOf } from "../certificates/fingerprint.ts";
import type { NorthboundUser } from "../northbound/northbound-config.ts";
import type { FromServer } from "../northbound/server-link.ts";
import { type CertifiedUser, judgeUserCertificate } from "./judge-user-certificate.ts";
import { certificateStore, keepRefused } from "./trust-list.ts";

/**
 * Who may log in by a certificate: the users whose file holds it, read anew at every log-in. One that is refused is told
 * of and kept in `rejected/` below `rootFolder`, the newest fifty, from where it can be made a user's.
 */
export async function userCertificates(
  rootFolder: string,
  users: readonly NorthboundUser[],
  clock: Clock,
  post: (message: FromServer) => void,
): Promise<OPCUACertificateManager> {
  const manager = await certificateStore(rootFolder);
  const judge = async (chain: Buffer | Buffer[]): Promise<StatusCode> => {
    const certificate = (Array.isArray(chain) ? chain[0] : chain) ?? Buffer.alloc(0);
    const judged = judgeUserCertificate(certificate, certified(users), clock.nowMs());
    if (judged.ok) return StatusCodes.Good;
    const { name, cause } = judged.error;
    post({ type: "refused", from: name, cause, fingerprint: fingerprintOf(certificate) });
    // What is no certificate cannot be kept as one.
    await manager.rejectCertificate(certificate).catch(() => {});
    await keepRefused(rootFolder);
    return StatusCodes.BadIdentityTokenRejected;
  };
  // The library asks with a callback here, and elsewhere with none.
  const checkCertificate = (chain: Buffer | Buffer[], done?: (error: Error | null, status?: StatusCode) => void) => {
    const judging = judge(chain);
    judging.then(
      (status) => done?.(null, status),
      (error) => done?.(error),
    );
    return judging;
  };
  return Object.assign(manager, { checkCertificate });
}

/** A file that cannot be read lets nobody in. */
function certified(users: readonly NorthboundUser[]): readonly CertifiedUser[] {
  return users.flatMap(({ name, certificateFile }) => {
    if (certificateFile === undefined) return [];
    try {
      return [{ name, certificate: readFileSync(certificateFile) }];
    } catch {
      return [];
    }
  });
}
