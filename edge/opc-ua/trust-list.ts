import { createHash } from "node:crypto";
import { readdir, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { OPCUACertificateManager } from "node-opcua-certificate-manager";
import type { StatusCode } from "node-opcua-client";

/**
 * An unknown certificate is refused and left in `rejected/`, from where an operator moves it to `trusted/certs`; what lies there is
 * looked at anew for every connection, so that trust given or taken back needs no restart. Whom it refused, and why, is
 * told by the certificate's SHA-1, the name of its file. Of the refused the newest fifty are kept: a stranger who makes a
 * new certificate for every attempt does not fill the disk.
 */
export async function trustList(
  rootFolder: string,
  onRefused: (fingerprint: string, cause: string) => void,
): Promise<OPCUACertificateManager> {
  const manager = await certificateStore(rootFolder);
  const check: (chain: Certificates) => Promise<StatusCode> = manager.checkCertificate.bind(manager);
  const judge = async (chain: Certificates): Promise<StatusCode> => {
    await manager.reloadCertificates();
    const status = await check(chain);
    const certificate = Array.isArray(chain) ? chain[0] : chain;
    if (!status.isGood() && certificate !== undefined) {
      onRefused(fingerprintOf(certificate), status.name);
      await keepRefused(rootFolder);
    }
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

/** A certificate's SHA-1, as its file is named. */
export const fingerprintOf = (certificate: Uint8Array): string => createHash("sha1").update(certificate).digest("hex");

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
