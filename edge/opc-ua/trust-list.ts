import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CodedError } from "@penstock/protocol/result";
import type { Clock } from "@penstock/protocol/time";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import type { StatusCode } from "node-opcua-client";
import { certificatesIn } from "../certificates/certificate-folder.ts";
import { noteRefusal } from "../certificates/refusal-book.ts";
import { certificateTrouble } from "./certificate-trouble.ts";

export interface TrustListOptions {
  readonly rootFolder: string;
  readonly clock: Clock;
  /** Who is being judged now, for the note beside the certificate: an address, or a server's. */
  readonly peer: () => string;
  readonly onRefused: (refusal: RefusedCertificate) => void;
}

export interface RefusedCertificate {
  /** SHA-1, lower-case hex. */
  readonly thumbprint: string;
  /** The library's verdict, by OPC UA's name. */
  readonly status: string;
  readonly from: string;
  /** A code of `opc-ua.certificate-…`. */
  readonly trouble: CodedError;
}

/**
 * An unknown certificate is refused and left in `rejected/`, from where an operator moves it to `trusted/certs` (`sitectl
 * connections trust`); what lies there is looked at anew for every connection, so that trust given or taken back needs no
 * restart. Of the refused the newest fifty are kept: a stranger who makes a new certificate for every attempt does not fill
 * the disk.
 */
export async function trustList(options: TrustListOptions): Promise<OPCUACertificateManager> {
  const { rootFolder } = options;
  const manager = await certificateStore(rootFolder);
  const check: (chain: Certificates) => Promise<StatusCode> = manager.checkCertificate.bind(manager);
  const judge = async (chain: Certificates): Promise<StatusCode> => {
    await manager.reloadCertificates();
    const status = await check(chain);
    const certificate = Array.isArray(chain) ? chain[0] : chain;
    if (!status.isGood() && certificate !== undefined) await refuse(certificate, status.name, options);
    return status;
  };
  // One at a time: nobody is judged while the list is being read.
  let last: Promise<unknown> = Promise.resolve();
  const checkCertificate = (chain: Certificates): Promise<StatusCode> => {
    const judging = last.then(() => judge(chain));
    last = judging.catch(() => {});
    return judging;
  };
  return Object.assign(manager, { checkCertificate });
}

type Certificates = Buffer | Buffer[];

async function refuse(certificate: Buffer, status: string, options: TrustListOptions): Promise<void> {
  const { rootFolder, clock, peer, onRefused } = options;
  const nowMs = clock.nowMs();
  const trusted = certificatesIn(rootFolder).filter(({ state }) => state === "trusted");
  const trouble = certificateTrouble(certificate, status, trusted, nowMs);
  const thumbprint = String(trouble["thumbprint"]);
  const from = peer();
  noteRefusal(rootFolder, thumbprint, from, nowMs);
  await keepRefused(rootFolder);
  onRefused({ thumbprint, status, from, trouble });
}

/** The server's key and its lists, as files below `rootFolder`. */
export async function certificateStore(rootFolder: string): Promise<OPCUACertificateManager> {
  const manager = new OPCUACertificateManager({
    rootFolder,
    automaticallyAcceptUnknownCertificate: false,
    keySize: 3_072,
    disableFileWatchers: true,
  });
  await manager.initialize();
  return manager;
}

export const keepRefused = (rootFolder: string): Promise<void> =>
  keepNewest(join(rootFolder, "rejected"), REJECTED_MAX);

const REJECTED_MAX = 50;

/** A file that goes away meanwhile was moved by somebody who trusts it. */
export async function keepNewest(folder: string, count: number): Promise<void> {
  const names = await readdir(folder);
  if (names.length <= count) return;
  const aged = await Promise.all(
    names.map(async (name) => ({
      file: join(folder, name),
      writtenMs: await stat(join(folder, name)).then(
        ({ mtimeMs }) => mtimeMs,
        () => Number.POSITIVE_INFINITY,
      ),
    })),
  );
  const old = aged.toSorted((a, b) => b.writtenMs - a.writtenMs).slice(count);
  await Promise.all(old.map(({ file }) => rm(file, { force: true })));
}
