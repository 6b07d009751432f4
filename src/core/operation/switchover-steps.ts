/**
 * The steps of a switchover as `switchover.ts` performs them: how long each may take, what it has to
 * show, and why it turns back otherwise. A person is told of them from here, too: before, by
 * `mmm switchover --dry-run`, and while they pass. So there is no second list that could differ.
 */
import type { NodeName } from "../ids.ts";
import type { GroupSettings } from "../settings.ts";
import type { GroupPart, Phase, Vip } from "../state.ts";

/** What a step is about, for its words and limits. */
export interface Course {
  readonly from: NodeName;
  readonly to: NodeName;
  /** Everybody else. */
  readonly others: readonly NodeName[];
  /** null: the group has no writer VIP. */
  readonly vip: Vip | null;
  /** Whether it is served under a lease, which registers on the hosts keep. */
  readonly isLeased: boolean;
  readonly settings: GroupSettings;
}

export interface Step {
  /** Its milestone, and its name in the log. */
  readonly key: string;
  readonly phase: Phase;
  readonly does: (course: Course) => string;
  /** What must be shown for the next step to begin; null: in this group there is nothing to show. */
  readonly shows: (course: Course) => string | null;
  readonly limitMs: (course: Course) => number;
  /** Why it turns back when the limit has passed; null: it goes on without. */
  readonly otherwise: ((course: Course, limitMs: number) => string) | null;
}

/** Writes resume by themselves after this, if everybody dies. */
export const PAUSE_MS = 500;
/** Also of a failover. */
export const PROMOTE_MS = 1500;
export const CLAIM_MS = 1000;
/** Of the lease, which must not end before the release. */
const MARK_SHARE = 0.3;
const UNLEASED_MS = 1000;

function limit(ms: number): () => number {
  return () => ms;
}

export const CONNECT: Step = {
  key: "connect",
  phase: "prepare",
  does: ({ from, to }) => `connect to ${from} and ${to}, and cut off whatever is older`,
  shows: ({ from, to, settings }) =>
    `${from} is the same master, and ${to} replicates from it, at most ${settings.maxLagBytes} bytes behind`,
  limitMs: limit(1500),
  otherwise: ({ from, to }, ms) => `${from} or ${to} could not be worked on within ${ms} ms`,
};

export const SIBLINGS: Step = {
  key: "siblings",
  phase: "prepare",
  does: ({ others, to }) =>
    others.length === 0 ? "there is no other replica" : `point ${others.join(", ")} at ${to}`,
  shows: () => "their links are up; one that is slow is waited for no longer",
  limitMs: limit(2000),
  otherwise: null,
};

export const RENEWAL: Step = {
  key: "renewal",
  phase: "prepare",
  does: ({ from, isLeased }) =>
    isLeased ? `begin right after a renewal of the lease of ${from}` : "there is no lease",
  shows: ({ isLeased }) =>
    isLeased ? "it was confirmed just now, so that it outlives the handover" : null,
  limitMs: limit(2000),
  otherwise: ({ from }) => `the lease of ${from} is not renewed`,
};

export const MARK: Step = {
  key: "handover",
  phase: "handover",
  does: ({ to, isLeased }) =>
    isLeased
      ? `mark the registers of all hosts with an epoch that authorizes ${to}`
      : "there are no registers to mark",
  shows: ({ from, to, vip, isLeased }) => {
    if (isLeased) return `${from} and ${to} show it; a bystander is not waited for`;
    return vip === null ? null : `the guard of ${to} answers`;
  },
  limitMs: ({ vip }) => (vip?.leaseMs ?? UNLEASED_MS) * MARK_SHARE,
  otherwise: ({ to, isLeased }) =>
    isLeased
      ? "the registers could not be marked in time"
      : `the guard of ${to} did not answer in time`,
};

export const PAUSE: Step = {
  key: "pausing",
  phase: "handover",
  does: ({ from }) => `${from} pauses writes, for ${PAUSE_MS} ms at most`,
  shows: () => "its offset, which grows no more",
  limitMs: limit(1000),
  otherwise: ({ from }) => `writes on ${from} could not be paused`,
};

export const CATCH_UP: Step = {
  key: "catching up",
  phase: "handover",
  does: ({ to }) => `${to} catches up`,
  shows: () => "it has applied that offset",
  limitMs: limit(250),
  otherwise: ({ to }, ms) => `${to} did not catch up within ${ms} ms`,
};

export const BLOCK: Step = {
  key: "blocking",
  phase: "handover",
  does: ({ from }) => `${from} refuses writes (min-replicas-to-write)`,
  shows: () => "it confirmed that",
  limitMs: limit(1000),
  otherwise: ({ from }) => `${from} could not be blocked`,
};

export const RELEASE: Step = {
  key: "releasing",
  phase: "handover",
  does: ({ from, vip }) =>
    vip === null ? "there is no VIP to let go of" : `${from} lets go of ${vip.ip}`,
  shows: ({ vip, isLeased }) =>
    vip === null
      ? null
      : `its guard confirmed the release${isLeased ? ": from here on its kernel serves nobody there" : ""}`,
  limitMs: limit(1000),
  otherwise: ({ from }) => `${from} did not confirm the release of the VIP`,
};

export const PROVE: Step = {
  key: "proving",
  phase: "handover",
  does: ({ from, to }) => `read ${from} and ${to} once more`,
  shows: ({ from, to }) => `${from} was not restarted, and ${to} holds all that it acknowledged`,
  limitMs: limit(500),
  otherwise: ({ from, to }) => `${to} could not be shown to hold all of ${from}'s data`,
};

export const PROMOTE: Step = {
  key: "promoting",
  phase: "handover",
  does: ({ to }) => `promote ${to}`,
  shows: () => "it says that it is master, and its history forks at that offset",
  limitMs: limit(PROMOTE_MS),
  otherwise: ({ to }) => `${to} could not be promoted`,
};

export const CLAIM: Step = {
  key: "claiming",
  phase: "claim",
  does: ({ to, vip }) =>
    vip === null ? `${to} is the master` : `${to} claims ${vip.ip} and announces it`,
  shows: ({ vip }) =>
    `${vip === null ? "it is agreed on" : "its guard confirmed the claim"}. No way back: whoever leads finishes this`,
  limitMs: limit(CLAIM_MS),
  otherwise: null,
};

/** In their order. */
export const SWITCHOVER_STEPS: readonly Step[] = [
  CONNECT,
  SIBLINGS,
  RENEWAL,
  MARK,
  PAUSE,
  CATCH_UP,
  BLOCK,
  RELEASE,
  PROVE,
  PROMOTE,
  CLAIM,
];

export function courseOf(
  { nodes, vips, settings, backend }: GroupPart,
  from: NodeName,
  to: NodeName,
): Course {
  const others = nodes.map(({ name }) => name).filter((name) => name !== from && name !== to);
  const vip = vips.find(({ role }) => role === "writer") ?? null;
  const isLeased = vip !== null && backend === "nft";
  return { from, to, others, vip, isLeased, settings };
}

/** Each with what it has to show, and what happens if it does not. */
export function tellSteps(course: Course): readonly string[] {
  return SWITCHOVER_STEPS.map((step, at) => {
    const number = String(at + 1).padStart(2);
    const line = `${number}  ${step.phase.padEnd(8)}  ${step.does(course)}`;
    const shown = step.shows(course);
    if (shown === null) return line;
    const ms = Math.round(step.limitMs(course));
    const end = step.otherwise === null ? "then it goes on all the same" : "else all is put back";
    return `${line}\n              checked: ${shown} (within ${ms} ms, ${end})`;
  });
}
