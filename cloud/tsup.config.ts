import { defineConfig } from "tsup";

/** The fleet page: one script, one style sheet, nothing from elsewhere. */
export default defineConfig({
  entry: { page: "fleet/page/main.tsx", style: "fleet/page/style.css" },
  publicDir: "fleet/page/public",
  outDir: "dist/page",
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  noExternal: [/.*/],
  splitting: false,
  clean: true,
});
