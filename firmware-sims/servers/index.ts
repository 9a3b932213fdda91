export * from "./control-server.ts";
export * from "./modbus-tcp-server.ts";
export * from "./opc-ua-server.ts";
export * from "./serve-site.ts";
