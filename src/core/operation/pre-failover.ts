/**
 * What the operator's `pre_failover` says before an automatic failover begins. It is asked last, when
 * nothing else is in the way, and only delays: what it allows is decided anew, on the evidence of the
 * turn in which its answer is there. An answer holds for a while, a veto as well as a consent that
 * something else kept from being used; then it is asked again.
 */
import type { HookFacts, Outcome } from "../io.ts";
import type { Errand } from "../local.ts";
import type { AskedHook } from "../settings.ts";
import type { GroupPart } from "../state.ts";
import type { PreFailoverStatus } from "../status-types.ts";
import { targetOf } from "../target.ts";
import type { Turn } from "../turn.ts";
import type { Call } from "./admission.ts";
import { dropErrand } from "./drop-errand.ts";
import { Work } from "./errand.ts";

/** The exit code that means no. Anything else but 0 is a command that does not work. */
const VETO = 10;
const HOLDS_MS = 5_000;
const SCOPE = "pre-failover";
/** Where the answer before stays while the command is asked again. */
const BEFORE = "before";

export type Consent =
  | { readonly kind: "given" | "awaited" }
  | { readonly kind: "refused"; readonly why: string };

export function consentTo(turn: Turn, group: GroupPart, call: Call): Consent {
  const hook = group.settings.preFailover;
  const from = group.nodes.find(({ name }) => name === call.from);
  if (hook === undefined || from === undefined) return { kind: "given" };
  const work = new Work(turn, group.name, SCOPE);
  const key = `${call.cause} of ${from.name}`;
  const task = work.task(key, hook.timeoutMs, (id) => ({
    kind: "hook",
    id,
    target: targetOf(group.name, from),
    command: hook.command,
    facts: factsOf(group, call),
    deadlineMs: hook.timeoutMs,
  }));
  if (task.finishedAt === null) return { kind: "awaited" };
  if (turn.now - task.finishedAt < HOLDS_MS) return meaningOf(hook, task.outcome);
  work.rename(key, BEFORE);
  return { kind: "awaited" };
}

function factsOf({ name }: GroupPart, { from, text, votes }: Call): HookFacts {
  const words = Object.entries(votes).map(([monitor, { vote }]) => [monitor, vote] as const);
  return {
    hook: "pre_failover",
    group: name,
    from,
    reason: text,
    votes: Object.fromEntries(words),
  };
}

/** What its answer, or its end without one, means to whoever asked. */
export function meaningOf(
  { onFailure }: AskedHook,
  outcome: Outcome | null,
  hook: HookFacts["hook"] = "pre_failover",
): Consent {
  const { exitCode, text } =
    outcome?.kind === "hook" ? outcome : { exitCode: null, text: "no answer in time" };
  const said = text === "" ? "" : `: ${text}`;
  if (exitCode === VETO) return { kind: "refused", why: `${hook} forbids it${said}` };
  if (exitCode === 0 || onFailure === "go-on") return { kind: "given" };
  const end = exitCode === null ? "killed" : `exit code ${exitCode}`;
  const why = `${hook} does not work (${end}), and on_hook_failure is stop${said}`;
  return { kind: "refused", why };
}

/** For people: what it said last of the call that lasts, as far as this monitor has asked; null: none is set. */
export function preFailoverStatus(
  { settings: { preFailover: hook } }: GroupPart,
  errands: Readonly<Record<string, Errand>>,
): PreFailoverStatus | null {
  if (hook === undefined) return null;
  const tasks = Object.entries(errands[SCOPE]?.tasks ?? {});
  const asked = tasks.find(([key]) => key !== BEFORE)?.[1];
  const answered = asked?.finishedAt != null ? asked : errands[SCOPE]?.tasks[BEFORE];
  if (answered === undefined) return { answer: asked ? "awaited" : "none", text: null };
  const consent = meaningOf(hook, answered.outcome);
  return consent.kind === "refused"
    ? { answer: "forbids", text: consent.why }
    : { answer: "allows", text: null };
}

/** What was said of one call says nothing of the next. */
export function forgetConsent(turn: Turn, group: GroupPart): void {
  dropErrand(turn, group.name, SCOPE, group.nodes);
}
