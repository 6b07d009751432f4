/** The core that ships, for the simulator. */
import { createMonitor, decide, nextWakeAt } from "../../src/core/monitor.ts";
import type { Core } from "./world/core.ts";

export const realCore: Core = { createMonitor, decide, nextWakeAt };
