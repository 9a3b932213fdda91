import { enableCompileCache } from "node:module";
import { homedir } from "node:os";
import { join } from "node:path";

// Types are stripped once and kept for the next time. In the user's own folder: code that others could write is not run.
enableCompileCache(join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "penstock"));
const { main } = await import("./main.ts");
process.exitCode = await main(process.argv.slice(2));
