/** Mutants of what becomes of a reader VIP where it is refused. */
import type { Mutant } from "./mutant.ts";

const VIP = "src/core/vip";
const HOLDER_REFUSES = "a reader's holder begins to refuse its claims";
const ALL_REFUSE = "every host refuses a reader";

export const OF_READER_REFUSALS: readonly Mutant[] = [
  {
    name: "a host that refuses a reader is as good as any",
    removes: "a reader VIP leaves a host that refuses to serve it",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "if (vip.node === null || isRefused(turn, group, vip)) return false;",
        to: "if (vip.node === null) return false;",
      },
    ],
    scripts: [HOLDER_REFUSES, ALL_REFUSE],
  },
  {
    name: "any refusal moves a reader",
    removes: "a reader VIP that somebody keeps alive stays, though its host refuses the leader",
    edits: [
      {
        file: `${VIP}/shunned.ts`,
        from: "return refusal !== null && (isShown ?? 0) === 0;",
        to: "return refusal !== null && (isShown ?? 0) >= 0;",
      },
    ],
    scripts: ["a reader's holder refuses its leader"],
  },
  {
    name: "one refusal moves a reader",
    removes: "a reader VIP is moved only for what lasts",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "    if (unfitFor >= group.settings.downAfterMs) leave(turn, group, vip);",
        to: "    if (unfitFor >= 100) leave(turn, group, vip);",
      },
    ],
    scripts: ["a reader's holder refuses for a while"],
  },
  {
    name: "what a host refused is soon forgotten",
    removes: "where a reader VIP was refused it is not tried again while it is served elsewhere",
    edits: [
      {
        file: `${VIP}/shunned.ts`,
        from: "const SHUNNED_MS = 600_000",
        to: "const SHUNNED_MS = 20_000",
      },
    ],
    scripts: [HOLDER_REFUSES, "a host that was chosen for a reader refuses its mark"],
  },
  {
    name: "a reader goes round among those who refuse",
    removes: "who refused a reader VIP is not tried again at once",
    edits: [
      {
        file: `${VIP}/shunned.ts`,
        from: "const SHUNNED_IN_NEED_MS = 30_000",
        to: "const SHUNNED_IN_NEED_MS = 0",
      },
    ],
    scripts: [ALL_REFUSE],
  },
  {
    name: "who refused a reader is not tried in need",
    removes: "while nobody serves a reader VIP each host is tried again, for it may be well",
    edits: [
      {
        file: `${VIP}/shunned.ts`,
        from: "const SHUNNED_IN_NEED_MS = 30_000",
        to: "const SHUNNED_IN_NEED_MS = SHUNNED_MS",
      },
    ],
    scripts: [ALL_REFUSE],
  },
  {
    name: "nobody is told who refuses a reader",
    removes: "a person is told that a host lacks what its VIP needs, though another serves it",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "    tellOfShunned(turn, group, vip);\n",
        to: "",
      },
    ],
    scripts: [HOLDER_REFUSES],
  },
];
