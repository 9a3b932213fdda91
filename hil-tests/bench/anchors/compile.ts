import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { type CodedError, fail, ok, type Result } from "@penstock/protocol/result";

export interface AnchorSource {
  /** A C file beside this one. */
  readonly source: string;
  /** Debian packages it is built and run with; fetched, never installed. None for plain C. */
  readonly packages?: readonly string[];
  /** Folders with headers below `usr/include` of those packages. */
  readonly includes?: readonly string[];
  /** As the linker wants them: `["modbus", "pthread"]`. */
  readonly libraries?: readonly string[];
}

export type CompileError = CodedError & { readonly code: "anchor.no-package" | "anchor.no-compiler"; text: string };

/**
 * Builds a C program to measure ourselves against and says where it lies. Everything goes below
 * `.penstock/anchors`: the Debian packages are unpacked there, so nothing of the machine is changed and no
 * rights are needed. Built again only when its source has changed.
 */
export function compileAnchor({
  source,
  packages = [],
  includes = [],
  libraries = [],
}: AnchorSource): Result<string, CompileError> {
  const file = join(import.meta.dirname, source);
  const text = readFileSync(file);
  const name = basename(source, ".c");
  const stamp = createHash("sha256")
    .update(text)
    .update(JSON.stringify([packages, includes, libraries]))
    .digest("hex");
  const program = join(FOLDER, `${name}-${stamp.slice(0, 12)}`);
  if (existsSync(program)) return ok(program);
  mkdirSync(FOLDER, { recursive: true });
  const root = join(FOLDER, "debian");
  for (const one of packages) {
    const unpacked = unpack(one, root);
    if (!unpacked.ok) return unpacked;
  }
  const libraryFolders = packages.length === 0 ? [] : libraryFoldersOf(root);
  const built = spawnSync(
    "gcc",
    [
      "-O2",
      "-o",
      program,
      file,
      ...["", ...includes].map((folder) => `-I${join(root, "usr/include", folder)}`),
      ...libraryFolders.flatMap((folder) => [`-L${folder}`, `-Wl,-rpath,${folder}`]),
      ...libraries.map((library) => `-l${library}`),
    ],
    { encoding: "utf8" },
  );
  if (built.status === 0) return ok(program);
  rmSync(program, { force: true });
  const why = built.error === undefined ? built.stderr.trim() : `gcc: ${built.error.message}`;
  return fail({
    code: "anchor.no-compiler",
    text: `${source} cannot be built (apt-get install gcc libc6-dev): ${why}`,
  });
}

const FOLDER = resolve(import.meta.dirname, "../../../.penstock/anchors");

/** Fetches one Debian package and unpacks it under `root`; a stamp beside it says that it is there. */
function unpack(name: string, root: string): Result<void, CompileError> {
  const stamp = join(FOLDER, `${name}.unpacked`);
  if (existsSync(stamp)) return ok(undefined);
  const debs = join(FOLDER, "debs", name);
  mkdirSync(debs, { recursive: true });
  mkdirSync(root, { recursive: true });
  // The package lists may never have been fetched on this machine; then fetch them and try once more.
  let said = run("apt-get", ["download", name], debs);
  if (said !== undefined && run("apt-get", ["update"], debs) === undefined) {
    said = run("apt-get", ["download", name], debs);
  }
  const [deb] = readdirSync(debs).filter((file) => file.endsWith(".deb"));
  if (deb === undefined) {
    return fail({ code: "anchor.no-package", text: `the Debian package ${name} cannot be had: ${said ?? "no file"}` });
  }
  const trouble = run("dpkg-deb", ["-x", join(debs, deb), root], debs);
  if (trouble !== undefined) return fail({ code: "anchor.no-package", text: `${deb} cannot be unpacked: ${trouble}` });
  writeFileSync(stamp, deb);
  return ok(undefined);
}

/** What went wrong, if anything did. */
function run(command: string, args: readonly string[], cwd: string): string | undefined {
  const done = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (done.error !== undefined) return done.error.message;
  return done.status === 0 ? undefined : done.stderr.trim().split("\n").at(-1);
}

function libraryFoldersOf(root: string): string[] {
  const base = join(root, "usr/lib");
  const multiarch = readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory());
  return [base, ...multiarch.map(({ name }) => join(base, name))];
}
