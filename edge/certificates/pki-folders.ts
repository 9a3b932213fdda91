import type { SiteConfig } from "../config/site-config.ts";

/** A folder of certificates and whose they are: servers we go to, or clients that come to us. */
export interface PkiFolder {
  readonly folder: string;
  readonly side: "server" | "client";
  /** The devices it serves; `scada` of clients. */
  readonly peers: readonly string[];
}

/** Every folder the site's file names, once each. */
export function pkiFoldersOf({ units, meter, feederMeters = [], plant, northbound }: SiteConfig): readonly PkiFolder[] {
  const devices = [...units, meter, ...feederMeters, plant].flatMap((device) =>
    device?.pkiFolder === undefined ? [] : [{ id: device.id, folder: device.pkiFolder }],
  );
  const servers = [...Map.groupBy(devices, ({ folder }) => folder)].map(
    ([folder, group]): PkiFolder => ({ folder, side: "server", peers: group.map(({ id }) => id) }),
  );
  const { opcUa } = northbound ?? {};
  return opcUa === undefined ? servers : [...servers, { folder: opcUa.pkiFolder, side: "client", peers: ["scada"] }];
}
