import { elsewhere, faultList, type ListedFault } from "./fault-list.ts";

/** What vitest's JSON reporter says of one test. */
export interface RanTest {
  readonly file: string;
  readonly title: string;
  readonly status: "passed" | "failed" | "skipped";
}

export interface FaultRow extends ListedFault {
  readonly tests: readonly RanTest[];
  /** `open` where no test bears it yet. */
  readonly result: "passed" | "failed" | "open";
}

/** Fault → tests → result, made from a run. A test in this folder bears the fault its name begins with. */
export function faultTable(ran: readonly RanTest[]): readonly FaultRow[] {
  return faultList.map((fault) => {
    const tests = ran.filter((test) => bears(test, fault.id));
    const isOpen = tests.every(({ status }) => status === "skipped");
    const hasFailed = tests.some(({ status }) => status === "failed");
    return { ...fault, tests, result: hasFailed ? "failed" : isOpen ? "open" : "passed" };
  });
}

const bears = ({ file, title }: RanTest, id: number): boolean =>
  file.startsWith("hil-tests/faults/")
    ? title.startsWith(`${id}: `)
    : elsewhere.some((line) => line.id === id && line.file === file && line.test === title);
