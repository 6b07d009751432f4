#!/usr/bin/env node
/** `mmm`: the command line, joined to this process. */
import { runMmm } from "../cli/process.ts";

process.exitCode = await runMmm(process.argv.slice(2));
