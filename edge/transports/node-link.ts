import type { CodedError } from "@penstock/protocol/result";

/**
 * What crosses between the loop's thread and the thread that speaks OPC UA to one device. Nodes are named by their
 * place in the device's map.
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
  | {
      readonly id: number;
      readonly ok: true;
      readonly values: readonly NodeValue[];
      /** How far the server's clock is ahead of ours; undefined while it has told no time. */
      readonly clockSkewMs?: number | undefined;
    }
  /** The server is there and said no, by OPC UA's name. */
  | { readonly id: number; readonly ok: false; readonly refused: true; readonly status: string }
  /** There is no session to ask; the code is one of `opc-ua.…`. */
  | { readonly id: number; readonly ok: false; readonly refused: false; readonly error: CodedError };

/** A number, or why there is none: the status by OPC UA's name, or what is wrong with it in words. */
export type NodeValue = number | string;
