import { type CodedError, describeError } from "@penstock/protocol/result";
import { plainText } from "./words.ts";

/** `file:line:column: what is wrong`, as editors and people know it; any other error as it describes itself. */
export function priceFileSentence(error: CodedError): string {
  const { source, line, column, says, code } = error;
  if (typeof says !== "string" || typeof source !== "string") return describeError(error);
  return `${plainText(source)}:${Number(line)}:${Number(column)}: ${plainText(says)} (${code})`;
}
