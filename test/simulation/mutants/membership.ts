/** Mutants of what changes who belongs to a group. */
import type { Mutant } from "./mutant.ts";

export const OF_MEMBERSHIP: readonly Mutant[] = [
  {
    name: "a failover begins in the turn that changes who votes",
    removes:
      "P2: the majority that calls for a failover is one of the members in the very state in which it begins",
    edits: [
      {
        file: "src/core/turn.ts",
        from: "if (this.settled && !this.#agenda.changesMembers) return",
        to: "if (this.settled) return",
      },
    ],
    scripts: ["a monitor is replaced while half of them do not hear the master"],
  },
  {
    name: "who was replaced goes on voting",
    removes:
      "a health vote is of a member, by its disk: one that was replaced may go on in that name",
    edits: [
      {
        file: "src/core/consensus/cluster.ts",
        from: "return storageId === null ? isMember(state, name)",
        to: "return storageId !== null ? isMember(state, name)",
      },
    ],
    scripts: ["a monitor that was replaced elsewhere goes on voting"],
  },
  {
    name: "what a replaced monitor said last is its successor's",
    removes: "what is remembered of a monitor is of its disk, and goes when that counts no more",
    edits: [
      {
        file: "src/core/forget.ts",
        from: "  forgetMonitors(memory, ofNewest);\n",
        to: "",
      },
    ],
    scripts: ["a monitor that does not hear the master is replaced"],
  },
  {
    name: "whoever answers first is added",
    removes:
      "of two of one name the empty one is added, and whoever was removed only if there is no other",
    edits: [
      {
        file: "src/core/members/newcomer.ts",
        from: "return presence.empty || turn.now",
        to: "return presence !== null || turn.now",
      },
    ],
    scripts: ["a monitor is added in the name of one that was removed and runs on"],
  },
  {
    name: "who runs on is agreed to be where another was to run",
    removes: "a monitor's agreed address changes only to where it is talked to, and answers",
    edits: [
      {
        file: "src/core/members/change-members.ts",
        from: "return isThere ? sameDisk(",
        to: "return isThere || address !== null ? sameDisk(",
      },
    ],
    scripts: ["monitors are to be replaced by others that do not run"],
  },
  {
    name: "who is to be added must be heard by the leader",
    removes: "one that only another monitor hears is added all the same: that one takes over",
    edits: [
      {
        file: "src/core/members/newcomer.ts",
        from: "return handOn(turn, name) ?? whyUnknown(turn, name, address);",
        to: "return whyUnknown(turn, name, address);",
      },
    ],
    scripts: [
      "a monitor is to be replaced that the leader never hears",
      "a monitor is to be replaced that does not let the leader in",
    ],
  },
  {
    name: "who is to be added may be anywhere",
    removes: "whoever is to be added answers where it is said to be",
    edits: [
      {
        file: "src/core/members/newcomer.ts",
        from: "return isAnotherThere || (present[name]?.answeredAt ?? -Infinity) > since;",
        to: "return true;",
      },
    ],
    scripts: ["a monitor is to be added where nobody is"],
  },
  {
    name: "a leader leaves others that may not hear each other",
    removes: "a leader is removed only if all the others answer: they must elect another",
    edits: [
      {
        file: "src/core/members/change-members.ts",
        from: "if (name === turn.state.name && heard < others.length)",
        to: "if (name === turn.state.name && heard < 0)",
      },
    ],
    scripts: ["a leader is to leave two who do not hear each other"],
  },
  {
    name: "a node is removed within an epoch",
    removes: "rule 1: other nodes to be read are a new epoch",
    edits: [
      {
        file: "src/core/reload/nodes.ts",
        from: "    },\n    stamp,\n  );",
        to: "    },\n    vip.epoch,\n  );",
      },
    ],
    scripts: ["a node is removed by one monitor alone"],
  },
  {
    name: "nobody serves a reader VIP that is new",
    removes: "rule 8: every host may, until its register was read",
    edits: [
      {
        file: "src/core/vip/epochs.ts",
        from: "    holders: names,\n    gated: [],",
        to: "    holders: [],\n    gated: [],",
      },
    ],
    scripts: ["a reader VIP is added that is on a host already"],
  },
  {
    name: "hosts of a living cluster are taken over",
    removes: "a cluster whose lease is alive is not adopted",
    edits: [
      {
        file: "src/core/operation/adopt.ts",
        from: "leaseMs > 0 && isRead",
        to: "leaseMs < 0 && isRead",
      },
    ],
    scripts: ["another cluster renews its lease"],
  },
  {
    name: "hosts of another cluster are taken over unasked",
    removes: "a register of another cluster is overwritten only when it was adopted",
    edits: [
      {
        file: "src/core/vip/stand.ts",
        from: "    cluster === clusterId(turn) ||",
        to: "    cluster !== null ||",
      },
    ],
    scripts: ["another cluster renews its lease", "another cluster is gone"],
  },
];
