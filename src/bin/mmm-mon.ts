#!/usr/bin/env node
/** Entry point of the monitor. */
import { forgetLoading, stayYoung } from "../daemon/memory.ts";

stayYoung();
const { main } = await import("../daemon/main.ts");
await forgetLoading();
await main(process.argv.slice(2));
