import { defineConfig } from "tsup";

/**
 * The edge as shipped: each entry one file, our own code bundled, packages left to node_modules. The threads' files
 * lie beside the main one, where it looks for them.
 */
export default defineConfig({
  entry: {
    "penstock-edge": "main.ts",
    sitectl: "cli/sitectl.ts",
    "loop-thread": "loop/loop-thread.ts",
    "recorder-thread": "recorder/recorder-thread.ts",
    supervisor: "supervisor/supervisor.ts",
    "store-thread": "store/store-thread.ts",
  },
  outDir: "dist",
  format: "esm",
  platform: "node",
  target: "node24",
  splitting: false,
  clean: true,
  noExternal: [/^@penstock\/protocol/],
  external: ["@penstock/edge-opc-ua"],
});
