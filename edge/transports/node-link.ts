/**
 * What crosses between the loop's thread and the thread that speaks OPC UA to one device. Nodes are named by their
 * place in the device's map; a value that is not Good, or not a number, is NaN.
 */
export type NodeRequest =
  | { readonly id: number; readonly kind: "read"; readonly nodes: readonly number[] }
  | {
      readonly id: number;
      readonly kind: "write";
      readonly nodes: readonly number[];
      readonly values: readonly number[];
    }
  /** No answer came in time: the session is in doubt and is to be thrown away. */
  | { readonly id: number; readonly kind: "reset" };

export type NodeAnswer =
  | { readonly id: number; readonly ok: true; readonly values: readonly number[] }
  /** `refused`: the server is there and said no; otherwise there is no session to ask. */
  | { readonly id: number; readonly ok: false; readonly refused: boolean; readonly cause: string };
