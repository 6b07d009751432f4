/**
 * One look at one host, over a login of its own: how long that takes, and what a script that only
 * reads finds there. Ends, with a value, at its deadline.
 */
import { randomBytes } from "node:crypto";
import type { Client } from "ssh2";
import type { Target } from "../../core/io.ts";
import type { GuardProblem } from "../../core/vip/types.ts";
import { ChannelError, connect, messageOf, type SshFiles } from "../ssh/connection.ts";
import { run } from "../ssh/exec.ts";
import { Deadline, LATE } from "../redis/deadline.ts";
import { type HostQuestion, hostScript } from "./host-script.ts";

export interface SeenHost {
  readonly kind: "seen";
  readonly loginMs: number;
  /** One command on the connection that stands. */
  readonly commandMs: number;
  /** What the login shell printed of its own accord. */
  readonly noise: string;
  readonly facts: HostFacts;
}

export type HostSight =
  | SeenHost
  /** The key starts the guard, whatever is asked for. */
  | { readonly kind: "guard-only"; readonly loginMs: number }
  | { readonly kind: "none"; readonly problem: GuardProblem; readonly text: string };

export interface HostFacts {
  readonly programs: ReadonlySet<string>;
  readonly arping: string;
  /** Each `DEVICE IP/PREFIX`. */
  readonly addresses: readonly { readonly device: string; readonly form: string }[];
  /** MAC address by name. */
  readonly interfaces: ReadonlyMap<string, string>;
  /** The setting in force: the larger of that for all interfaces and its own. `eth1 arp_ignore` */
  readonly knobs: ReadonlyMap<string, number>;
  /** SHA-256 of the installed guard; null: none is installed. */
  readonly guard: string | null;
  /** Each `VIP INTERFACE`; null: there is no list. */
  readonly list: readonly string[] | null;
  /** Of the guard, its list and their folders: what is not root's, or a link, or others may write it. */
  readonly loose: readonly string[];
  readonly isRoot: boolean;
  readonly sudo: ReadonlyMap<string, string>;
  /** Files by which nftables.service empties everything. */
  readonly flush: readonly string[];
  readonly enabled: ReadonlySet<string>;
  readonly statics: readonly { readonly vip: string; readonly file: string }[];
  readonly neighbours: readonly { readonly vip: string; readonly mac: string }[];
  /** sshd_config: lower-case names; the first of several counts. */
  readonly sshd: ReadonlyMap<string, string>;
  /** Its own name, if that cannot be resolved. */
  readonly unresolved: string | null;
  /** Whether the script came to its end. */
  readonly isComplete: boolean;
}

const GUARD_GREETING = /^guard \d+ \w+$/m;

export async function lookAtHost(
  target: Target,
  files: SshFiles,
  question: HostQuestion,
  deadlineMs: number,
): Promise<HostSight> {
  const deadline = new Deadline(deadlineMs);
  const began = performance.now();
  const connecting = connect(target, files, () => false);
  try {
    const client = await deadline.within(connecting);
    if (client === LATE) {
      // It may still come.
      connecting.then((late) => late.destroy()).catch(() => undefined);
      return none("timeout", `no login within ${deadlineMs} ms`);
    }
    const loginMs = performance.now() - began;
    try {
      const seen = await deadline.within(look(client, question));
      return seen === LATE
        ? none("timeout", "logged in, but commands do not end")
        : { ...seen, loginMs };
    } finally {
      client.destroy();
    }
  } catch (error) {
    const problem = error instanceof ChannelError ? error.problem : "closed";
    return none(problem, messageOf(error));
  }
}

function none(problem: GuardProblem, text: string): HostSight {
  return { kind: "none", problem, text };
}

type Looked = Omit<SeenHost, "loginMs"> | { readonly kind: "guard-only" };

async function look(client: Client, question: HostQuestion): Promise<Looked> {
  const first = await timed(() => run(client, "exec true"));
  if (GUARD_GREETING.test(first.value.stdout)) return { kind: "guard-only" };
  const mark = `mmm-${randomBytes(8).toString("hex")}`;
  const { stdout, stderr } = await run(client, "exec /bin/sh -s", hostScript(question, mark));
  // The first one may have had to wait for what the login still did.
  const second = await timed(() => run(client, "exec true"));
  const commandMs = Math.min(first.ms, second.ms);
  const lines = stdout.split("\n");
  const noise = [...lines.filter((line) => line !== "" && !line.startsWith(mark)), stderr.trim()];
  const marked = lines.filter((line) => line.startsWith(mark));
  const facts = factsIn(marked.map((line) => line.slice(mark.length + 1)));
  return {
    kind: "seen",
    commandMs,
    noise: noise.join("; ").slice(0, 200).replace(/; $/, ""),
    facts,
  };
}

async function timed<T>(
  work: () => Promise<T>,
): Promise<{ readonly value: T; readonly ms: number }> {
  const began = performance.now();
  const value = await work();
  return { value, ms: performance.now() - began };
}

/** @param lines what the script said, without its mark. Never throws. */
export function factsIn(lines: readonly string[]): HostFacts {
  const said = new Map<string, (readonly string[])[]>();
  for (const line of lines) {
    const [topic = "", ...words] = line.trim().split(/\s+/);
    said.set(topic, [...(said.get(topic) ?? []), words]);
  }
  const all = (topic: string): readonly (readonly string[])[] => said.get(topic) ?? [];
  const pairs = (topic: string) => all(topic).map(([a = "", b = ""]) => [a, b] as const);
  return {
    programs: new Set(all("program").map(([name = ""]) => name)),
    arping: all("arping").flat().join(" "),
    addresses: pairs("address").map(([device, form]) => ({ device, form })),
    interfaces: new Map(pairs("interface")),
    knobs: new Map(all("knob").map(knobIn)),
    guard: all("guard")[0]?.[0] ?? null,
    list: said.has("list") ? pairs("listed").map((pair) => pair.join(" ")) : null,
    loose: all("loose").flat(),
    isRoot: said.has("root"),
    sudo: new Map(pairs("sudo")),
    flush: all("flush").flat(),
    enabled: new Set(all("enabled").flat()),
    statics: pairs("static").map(([vip, file]) => ({ vip, file })),
    neighbours: all("neighbour").flatMap(neighbourIn),
    sshd: new Map(
      pairs("sshd")
        .map(([key, value]) => [key.toLowerCase(), value] as const)
        .toReversed(),
    ),
    unresolved: all("unresolved")[0]?.join(" ") ?? null,
    isComplete: said.has("end"),
  };
}

function knobIn([device = "", name = "", all = "", own = ""]: readonly string[]) {
  return [`${device} ${name}`, Math.max(Number(all), Number(own))] as const;
}

/** `10.0.0.70 dev eth1 lladdr 52:54:00:12:34:56 REACHABLE` */
function neighbourIn([vip = "", ...words]: readonly string[]) {
  const at = words.indexOf("lladdr");
  const mac = at < 0 ? undefined : words[at + 1];
  return mac === undefined ? [] : [{ vip, mac: mac.toLowerCase() }];
}
