/**
 * What one line of ping (iputils, `-n -O`) says. Without an answer `-O` has it say so before the next packet,
 * so that a ping which works is never quiet, and one that is quiet is known to say nothing of the network.
 */

/** `trouble`: of ping itself. null: nothing of interest. */
export type Heard = "answer" | "silence" | "trouble" | null;

/** Its own host has no way there, or a host on the way has none. */
const NO_WAY = /unreachable|no route to host|network is down|cannot assign requested address/i;

export function heardFrom(line: string, source: "stdout" | "stderr"): Heard {
  if (source === "stderr") {
    if (line.trim() === "") return null;
    return NO_WAY.test(line) ? "silence" : "trouble";
  }
  if (/^\d+ bytes from .*icmp_seq=\d+/.test(line)) return "answer";
  if (/^no answer yet for icmp_seq=\d+/.test(line)) return "silence";
  return /^From .*icmp_seq=\d+/.test(line) ? "silence" : null;
}
