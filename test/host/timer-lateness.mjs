// Loaded into a monitor (node --import): how much later than asked for its timers come, for heartbeats are
// sent by such timers. Every half second the newest, in milliseconds, as a line of JSON in the file
// that MMM_TIMER_LATENESS names, in which %p is the process. Threads are started with the same flags: theirs
// do not count.
import { appendFileSync } from "node:fs";
import { isMainThread } from "node:worker_threads";

const EVERY_MS = 10;
const file = (process.env.MMM_TIMER_LATENESS ?? "").replace("%p", String(process.pid));
let lates = [];
let writtenAt = performance.now();

function wait() {
  const due = performance.now() + EVERY_MS;
  setTimeout(() => {
    lates.push(Math.max(0, Math.round((performance.now() - due) * 10) / 10));
    if (performance.now() - writtenAt > 500) write();
    wait();
  }, EVERY_MS).unref();
}

function write() {
  appendFileSync(file, `${JSON.stringify(lates)}\n`);
  lates = [];
  writtenAt = performance.now();
}

if (file !== "" && isMainThread) wait();
