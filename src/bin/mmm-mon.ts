#!/usr/bin/env node
/** Entry point of the monitor. */
import { compileEarly } from "../daemon/compile.ts";
import { forgetLoading, stayYoung } from "../daemon/memory.ts";

stayYoung();
compileEarly();
const { main } = await import("../daemon/main.ts");
await forgetLoading();
await main(process.argv.slice(2));
