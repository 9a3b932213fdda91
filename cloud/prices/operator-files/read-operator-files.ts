import { fail, ok, type Result } from "@penstock/protocol/result";
import type { PriceFileError } from "../parse-price-text.ts";
import { operatorReaders } from "./index.ts";
import { INTERVALS_MAX, ObservationBook } from "./observation-book.ts";
import type { OperatorReader } from "./operator-reader.ts";
import { refusal, type TextFile, textFilesAt } from "./text-files.ts";

export interface OperatorFilesWish {
  /** Keeps only these series. */
  readonly series?: readonly string[] | undefined;
  /** Called for each file that is done. */
  readonly onFile?: (source: string) => void;
}

export interface OperatorFiles {
  readonly reader: OperatorReader;
  readonly book: ObservationBook;
}

/** The reader of a file, told by its first line; undefined when no operator writes like that. */
export function readerOf(path: string): Result<OperatorReader | undefined, PriceFileError> {
  for (const file of textFilesAt(path)) return file.ok ? readerOfText(file.value) : file;
  return ok(undefined);
}

/**
 * Reads files of one operator into one book, line by line. Anything that is not what the format says refuses them all
 * with the file and line.
 */
export const readOperatorFiles = (
  paths: readonly string[],
  wish: OperatorFilesWish = {},
): Result<OperatorFiles, PriceFileError> => readTextFiles(textFilesAtAll(paths), paths.join(", "), wish);

function* textFilesAtAll(paths: readonly string[]): Generator<Result<TextFile, PriceFileError>> {
  for (const path of paths) yield* textFilesAt(path);
}

/** The same for texts from anywhere; `from` is what an error about all of them names. */
export function readTextFiles(
  texts: Iterable<Result<TextFile, PriceFileError>>,
  from: string,
  { series, onFile }: OperatorFilesWish = {},
): Result<OperatorFiles, PriceFileError> {
  const book = new ObservationBook(series === undefined ? {} : { series: new Set(series) });
  let reader: OperatorReader | undefined;
  for (const file of texts) {
    if (!file.ok) return file;
    const { source } = file.value;
    const own = readerOfText(file.value);
    if (!own.ok) return own;
    if (own.value === undefined) return fail(unknownFormat(source));
    if (reader !== undefined && reader !== own.value) {
      const says = `it is of ${own.value.name}, the files before it of ${reader.name}: read them apart`;
      return fail(refusal("prices.several-operators", source, 1, says));
    }
    reader = own.value;
    book.beginFile(source);
    const read = reader.read(file.value, book);
    if (!read.ok) return read;
    if (book.isFull) {
      const says = `more than ${INTERVALS_MAX} intervals: choose some with --series`;
      return fail(refusal("prices.too-many", source, 1, says));
    }
    onFile?.(source);
  }
  if (reader === undefined) return fail(refusal("prices.too-short", from, 1, "there is no file in it"));
  return ok({ reader, book });
}

function readerOfText(file: TextFile): Result<OperatorReader | undefined, PriceFileError> {
  for (const line of file.lines()) {
    if (!line.ok) return line;
    const text = line.value.text;
    if (text.trim() !== "") return ok(operatorReaders.find((reader) => reader.recognises(text)));
  }
  return ok(undefined);
}

const unknownFormat = (source: string): PriceFileError =>
  refusal(
    "prices.unknown-format",
    source,
    1,
    `its first line is of none of ${operatorReaders.map(({ name }) => name).join(", ")}`,
  );
