import { StoreHandle } from "../store-handle.ts";
import { reading } from "./store-bench.ts";

/** Appends until it is killed and prints the last sequence of each answer: what it printed must be on disk. */
const [file = ""] = process.argv.slice(2);
const store = new StoreHandle({ file, budgetBytes: 1e9 });

function append(second: number): void {
  store.append([reading(second, second), reading(second, -second, "unit-1")], (result) => {
    process.stdout.write(result.ok ? `${result.value.at(-1)?.sequence}\n` : `${result.error.code}\n`);
    append(second + 1);
  });
}

// Several at once, so that they share commits.
for (let chain = 0; chain < 8; chain++) append(chain * 1_000_000);
