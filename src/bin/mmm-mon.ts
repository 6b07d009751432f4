#!/usr/bin/env node
/** Entry point of the monitor. */
import { main } from "../daemon/main.ts";

await main(process.argv.slice(2));
