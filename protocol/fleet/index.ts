export * from "./desk-documents.ts";
export * from "./documents.ts";
export * from "./stream.ts";
export * from "./topics.ts";
