import { defineConfig } from "tsup";

/** The fleet page: one document, one script, one style sheet, nothing from elsewhere. */
export default defineConfig({
  entry: ["fleet/page/page.tsx", "fleet/page/page.css"],
  publicDir: "fleet/page/public",
  outDir: "dist/page",
  format: "esm",
  platform: "browser",
  target: "es2022",
  minify: true,
  noExternal: [/.*/],
  splitting: false,
  clean: true,
  silent: true,
});
