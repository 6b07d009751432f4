// Loaded into a monitor (node --import): how much later than asked for its timers come, for heartbeats are
// sent by such timers, and where that time went. Every half second the newest, as a line of JSON in the file
// that MMM_TIMER_LATENESS names, in which %p is the process: a list of [late, waited, ran, collected] in milliseconds.
// From when the timer was set until it came, this thread waited so long for a processor, ran so long, and of
// that collected garbage so long; a late timer that waited is the scheduler's, one that ran is the monitor's.
// Threads are started with the same flags: theirs do not count.
import { appendFileSync, readFileSync } from "node:fs";
import { PerformanceObserver } from "node:perf_hooks";
import { isMainThread } from "node:worker_threads";

const EVERY_MS = 10;
const file = (process.env.MMM_TIMER_LATENESS ?? "").replace("%p", String(process.pid));
let lates = [];
let writtenAt = performance.now();
let collectedMs = 0;

/** Of this thread so far, in milliseconds: how long it ran, and how long it waited to. */
function used() {
  const [ran, waited] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, "utf8").split(" ");
  return { ran: Number(ran) / 1e6, waited: Number(waited) / 1e6, collected: collectedMs };
}

function wait() {
  const due = performance.now() + EVERY_MS;
  const before = used();
  setTimeout(() => {
    const late = Math.max(0, performance.now() - due);
    const now = used();
    const spent = [now.waited - before.waited, now.ran - before.ran];
    lates.push([late, ...spent, now.collected - before.collected].map(tenths));
    if (performance.now() - writtenAt > 500) write();
    wait();
  }, EVERY_MS).unref();
}

function tenths(ms) {
  return Math.round(ms * 10) / 10;
}

function write() {
  appendFileSync(file, `${JSON.stringify(lates)}\n`);
  lates = [];
  writtenAt = performance.now();
}

if (file !== "" && isMainThread) {
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) collectedMs += duration;
  });
  observer.observe({ entryTypes: ["gc"] });
  wait();
}
