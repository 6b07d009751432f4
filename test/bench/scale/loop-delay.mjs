// Loaded into a monitor (node --import): every second the lateness of its timers in that second, as
// JSON lines in the file that MMM_LOOP_DELAY names. Heartbeats are sent by such timers. It ends with its
// parent.
import { appendFileSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

const RESOLUTION_MS = 5;
const parent = process.ppid;
const file = process.env.MMM_LOOP_DELAY;
const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
setInterval(() => {
  // Whoever measures is gone: nobody else would end this monitor.
  if (process.ppid !== parent) process.kill(process.pid, "SIGKILL");
  const late = (percent) => Math.max(0, delay.percentile(percent) / 1e6 - RESOLUTION_MS);
  const line = {
    at: Date.now(),
    p50: late(50),
    p99: late(99),
    max: Math.max(0, delay.max / 1e6 - RESOLUTION_MS),
  };
  delay.reset();
  appendFileSync(file, `${JSON.stringify(line)}\n`);
}, 1000).unref();
