import { besideThisFile } from "./thread-file.ts";

/** The package that only sites with OPC UA install. */
export const OPC_UA_PACKAGE = "@penstock/edge-opc-ua";

/** The file of a thread or process: in a bundle it lies beside this one; from source it is asked for by its package's name. */
export function findOpcUaFile(name: "opc-ua-thread" | "device-thread" | "server-process"): URL | undefined {
  const bundled = besideThisFile(`${name}.js`);
  if (bundled !== undefined) return bundled;
  try {
    return new URL(import.meta.resolve(`${OPC_UA_PACKAGE}/${name}.ts`));
  } catch {
    return undefined;
  }
}
