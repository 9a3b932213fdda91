import { defineConfig } from "tsup";

/**
 * The edge as shipped: our own code bundled, and with it the schema's and YAML's, which as packages are two hundred files
 * to find and read (`sitectl config check` took twice as long); other packages are left to node_modules. The threads' files lie beside the main one,
 * where it looks for them. What several share is split off, and so is each command of sitectl: one that needs no schema
 * does not wait for one to load, and what is loaded late comes from Node's compile cache.
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
  splitting: true,
  clean: true,
  noExternal: [/^@penstock\/protocol/, "zod", "yaml"],
  // The parser of YAML is of the older kind of module and asks for Node's own by `require`.
  banner: {
    js: 'import { createRequire as requireOfNode } from "node:module"; const require = requireOfNode(import.meta.url);',
  },
  external: ["@penstock/edge-opc-ua"],
});
