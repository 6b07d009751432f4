/** Mutants of the register's rules (ARCHITECTURE.md). */
import type { Mutant } from "./mutant.ts";

const VIP = "src/core/vip";
const LAST_WHO_COUNTED = "the last host that counted is off for good";
const OFF_WITHOUT_REGISTER = "a reader's holder is off for good, and has no register";
const OFF_AFTER_FLUSH = "a reader's holder is off, and was last seen without its table";

export const OF_THE_REGISTER: readonly Mutant[] = [
  {
    name: "an epoch is the last one plus one",
    removes: "rule 1: an epoch is the stamp of its proposal",
    edits: [
      {
        file: `${VIP}/epochs.ts`,
        from: `kind: "fence", node: null, claimable: false, epoch, holders };`,
        to: `kind: "fence", node: null, claimable: false, epoch: next(vip, epoch), holders };
}
function next(vip: Vip, epoch: Stamp): Stamp {
  if (vip.epoch.term === 0) return epoch;
  return { term: vip.epoch.term, version: vip.epoch.version + 1 };`,
      },
      {
        file: `${VIP}/epochs.ts`,
        from: "    epoch,\n    holders: options.unproven,",
        to: "    epoch: next(vip, epoch),\n    holders: options.unproven,",
      },
      {
        file: `${VIP}/epochs.ts`,
        from: "node, claimable: false, epoch, holders: [node] };",
        to: "node, claimable: false, epoch: next(vip, epoch), holders: [node] };",
      },
      {
        file: `${VIP}/epochs.ts`,
        from: "return { ...vip, epoch };",
        to: "return { ...vip, epoch: next(vip, epoch) };",
      },
      {
        file: `${VIP}/epochs.ts`,
        from: "return stamp.term === turn.term && isNewer(stamp, { term: turn.term, version: 0 });",
        to: "return true;",
      },
    ],
    scripts: ["two leaders count on from one epoch"],
  },
  {
    name: "who is read changes within an epoch",
    removes: "rule 1: other nodes to be read are a new epoch",
    edits: [
      {
        file: `${VIP}/epochs.ts`,
        from: "return { ...vip, epoch };",
        to: "return Object.keys(vip.readSet).length < 3 ? vip : { ...vip, epoch };",
      },
    ],
    scripts: ["a leader accepts alone that a host is out"],
  },
  {
    name: "a move keeps its epoch",
    removes: "rule 1: whom it authorizes is a new epoch, each attempt too",
    edits: [
      {
        file: `${VIP}/epochs.ts`,
        from: "    epoch,\n    holders: options.unproven,",
        to: "    epoch: vip.epoch,\n    holders: options.unproven,",
      },
      {
        file: `${VIP}/proofs.ts`,
        from: "if (authorized !== undefined && compareStamps(authorized, epoch) >= 0) return campaign;",
        to: "if (authorized !== undefined && compareStamps(authorized, epoch) > 0) return campaign;",
      },
    ],
    scripts: ["an isolated follower during a move"],
  },
  {
    name: "the leader acts on what it has only proposed",
    removes: "rule 2: only committed epochs are marked and claimed",
    edits: [
      {
        file: "src/core/lead.ts",
        from: "for (const group of turn.groups) if (due.has(group.name)) leadGroup(turn, group);",
        to: "for (const group of turn.state.newest?.groups ?? []) if (due.has(group.name)) leadGroup(turn, group);",
      },
    ],
    scripts: ["the point of no return is written by one monitor"],
  },
  {
    name: "a mark does not compare",
    removes: "rule 2: by compare-and-swap from exactly what was seen (in the model of the guard)",
    edits: [
      {
        file: "test/simulation/world/register.ts",
        from: "if (this.token === null || !sameToken(this.token, seen)) return",
        to: "if (this.token === null || seen === null) return",
      },
    ],
    scripts: ["marks of an old leader come late", "a register is lost twice"],
  },
  {
    name: "a new register is marked with the running epoch",
    removes: "rule 3: it leaves its instance only for an epoch proposed after that was seen",
    edits: [
      {
        file: `${VIP}/stand.ts`,
        from: "return desk.instance !== null && isNewer(vip.epoch, desk.instance.under);",
        to: "return true;",
      },
    ],
    scripts: ["a host reboots"],
  },
  {
    name: "a lost register has no name",
    removes: "rule 3: each new register has an instance id of its own (in the model of the guard)",
    edits: [
      {
        file: "test/simulation/world/register.ts",
        from: `return b.kind === "instance" && a.id === b.id;`,
        to: `return b.kind === "instance";`,
      },
    ],
    scripts: ["a register is lost twice"],
  },
  {
    name: "permits live for ever",
    removes: "rule 4: a claim consumes a permit that ends after T0 (in the model of the guard)",
    edits: [
      {
        file: "test/simulation/world/register.ts",
        from: "sameStamp(p.epoch, epoch) && p.until > now);",
        to: "sameStamp(p.epoch, epoch));",
      },
      {
        file: "test/simulation/world/register.ts",
        from: "p.id !== permit && p.until > next.until - 10_000);",
        to: "p.id !== permit);",
      },
    ],
    scripts: ["a renewal arrives when another serves"],
  },
  {
    name: "the leader's evidence may be older than its permit",
    removes: "rules 4 and 6: a later round, answered by a majority",
    edits: [
      {
        file: "src/core/turn.ts",
        from: "if (answeredRound(this.state.consensus) > after) return true;",
        to: "if (answeredRound(this.state.consensus) >= 0) return true;",
      },
    ],
    scripts: ["the leader's machine stands still"],
  },
  {
    name: "a move is claimed before its claim is committed",
    removes: "rule 6: an epoch authorizes a move once it is claimable",
    edits: [
      {
        file: `${VIP}/gate.ts`,
        from: `if (vip.kind === "move" && !vip.claimable) return null;`,
        to: "",
      },
    ],
    scripts: ["the old holder is late to release", "every order: one move of a VIP"],
  },
  {
    name: "rule 7 reads only the holder",
    removes: "rule 7: every node of the epoch's read set showed it",
    edits: [
      {
        file: `${VIP}/failsafe.ts`,
        from: "if (!readSetShows(keeping, permit.provenId) || !isIdle(desk, turn.now)) return;",
        to: "if (!isIdle(desk, turn.now)) return;",
      },
    ],
    scripts: ["a monitor alone with the holder"],
  },
  {
    name: "rule 7 believes old readings",
    removes: "rules 4 and 7: shown after the permit was known",
    edits: [
      {
        file: `${VIP}/failsafe.ts`,
        from: "if (!readSetShows(keeping, permit.provenId) ||",
        to: "if (!readSetShows(keeping, 0) ||",
      },
    ],
    scripts: ["the leader's machine stands still"],
  },
  {
    name: "rule 7 in a move's epoch",
    removes: "rule 7: only the holder of a `hold` is kept alive",
    edits: [
      {
        file: `${VIP}/failsafe.ts`,
        from: `const holder = vip.kind === "hold" && vip.node !== null ?`,
        to: `const holder = vip.kind !== "fence" && vip.node !== null ?`,
      },
    ],
    scripts: ["the leader dies before the release"],
  },
  {
    name: "nobody has to be proven empty",
    removes: "rules 8 and 9: every other possible holder is proven empty before a claim",
    edits: [
      {
        file: `${VIP}/proofs.ts`,
        from: "return context.vip.holders.filter((node) => node !== except && proofOf(context, node) === null);",
        to: "return [];",
      },
    ],
    scripts: ["the holder is unplugged"],
  },
  {
    name: "who was allowed to claim is no possible holder",
    removes: "rule 8: a chosen node joins the possible holders with its claim",
    edits: [
      {
        file: `${VIP}/epochs.ts`,
        from: "claimable: true, holders: [vip.node] };",
        to: "claimable: true, holders: [] };",
      },
    ],
    scripts: ["a claim's answer and its host are lost"],
  },
  {
    name: "a reader's next move forgets its holders",
    removes: "rule 8, of reader VIPs",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "unproven: now.holders, silent",
        to: "unproven: [], silent",
      },
    ],
    scripts: ["a reader claims, and its host is lost"],
  },
  {
    name: "a reader's move waits for no proof",
    removes: "rule 8, of reader VIPs: whoever cannot be proven empty is waited for",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "if (!marked || !othersLetGo) return;",
        to: "if (!marked) return;",
      },
    ],
    scripts: [OFF_WITHOUT_REGISTER, OFF_AFTER_FLUSH],
  },
  {
    name: "a reader goes only to who counts",
    removes:
      "rule 11: when nobody is left who counts, a reader VIP goes to whoever can come to count",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "if (counting.length > 0) return counting;",
        to: "if (counting.length >= 0) return counting;",
      },
    ],
    scripts: [LAST_WHO_COUNTED],
  },
  {
    name: "nobody is told that only their word could prove it",
    removes: "P8: a failover that nothing would prove says so, and how a person begins it",
    edits: [
      {
        file: "src/core/operation/admission.ts",
        from: "able === null ? noSuccessor(answer) : unprovable(call, able)",
        to: "noSuccessor(answer)",
      },
    ],
    scripts: [LAST_WHO_COUNTED],
  },
  {
    name: "who serves a reader alone never counts",
    removes: "rule 11: a host that a reader VIP goes to counts before it claims",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: "const isCounted = counts(group, vip, vip.node);",
        to: "const isCounted = true;",
      },
    ],
    scripts: [LAST_WHO_COUNTED],
  },
  {
    name: "without a register, who was silent once never serves a reader again",
    removes: "without registers nobody has to be read",
    edits: [
      {
        file: `${VIP}/readers.ts`,
        from: `return backend === "off" || readSet[node] === "in";`,
        to: `return backend === null || readSet[node] === "in";`,
      },
    ],
    scripts: ["a reader's holder is back, and has no register"],
  },
  {
    name: "without a register, any evidence will do",
    removes:
      "no effect without evidence that is younger than what calls for it, where no register refuses what is old",
    edits: [
      {
        file: `${VIP}/plain.ts`,
        from: "turn.provenSince(group, desk.viewed)",
        to: "turn.provenSince(group, { ...desk.viewed, round: 0 })",
      },
    ],
    scripts: ["a leader without registers is cut off before it claims"],
  },
  {
    name: "a reader begins on any host",
    removes: "at the founding a reader VIP is given only to a host that was read",
    edits: [
      {
        file: `${VIP}/adoption.ts`,
        from: "const able = Object.keys(readSet);",
        to: "const able = group.nodes.map(({ name }) => name);",
      },
    ],
    scripts: ["a host is off at the founding"],
  },
  {
    name: "nobody is told what a reader's move waits for",
    removes: "what only a person can prove is asked of a person",
    edits: [
      {
        file: `${VIP}/letting-go.ts`,
        from: "=== Infinity",
        to: "=== -Infinity",
      },
    ],
    scripts: [OFF_WITHOUT_REGISTER, OFF_AFTER_FLUSH],
  },
  {
    name: "nobody may vouch for the old holder of a reader",
    removes: "rule 8: a person may vouch for a host that nobody can ask",
    edits: [
      {
        file: `${VIP}/proofs.ts`,
        from: `return vip.role === "reader" && !vip.claimable;`,
        to: "return false;",
      },
    ],
    scripts: [OFF_WITHOUT_REGISTER, OFF_AFTER_FLUSH],
  },
  {
    name: "a claim may be undone",
    removes: "rule 8: hold(Y) only when nobody else may serve it",
    edits: [
      {
        file: "src/core/operation/takeover.ts",
        from: `return advance(running, "claim", { known, vip: renewed });`,
        to: "return goBack(running, known);",
      },
    ],
    scripts: ["a claim's answer and its leader are lost"],
  },
  {
    name: "no waiting time",
    removes: "rule 9: W passes after the answer",
    edits: [
      {
        file: "src/core/settings.ts",
        from: "return Math.ceil(((permitMs + leaseMs + 2 * TICK_MS + RESERVE_MS) * (1 + drift)) / (1 - drift));",
        to: "return 0;",
      },
    ],
    scripts: ["the holder is unplugged", "every order: one move of a VIP"],
  },
  {
    name: "W without T0",
    removes: "rule 12: W counts the permit's life too",
    edits: [
      {
        file: "src/core/settings.ts",
        from: "return Math.ceil(((permitMs + leaseMs +",
        to: "return Math.ceil(((0 * permitMs + leaseMs +",
      },
    ],
    scripts: ["a renewal arrives within its permit's life"],
  },
  {
    name: "W runs from the commit",
    removes: "rule 9: W runs from the answer of a node that was marked",
    edits: [
      {
        file: `${VIP}/driver.ts`,
        from: `import { withEpoch } from "./proofs.ts";`,
        to: `import { withEpoch, withWitness } from "./proofs.ts";`,
      },
      {
        file: `${VIP}/driver.ts`,
        from: "const noted = withEpoch(campaign, vip.epoch, turn.state.nextId);",
        to: `const noted = withWitness(
      withEpoch(campaign, vip.epoch, turn.state.nextId), vip.epoch, "nobody", turn.now,
    );`,
      },
    ],
    scripts: ["marks are on their way for seconds"],
  },
  {
    name: "proofs outlive a leadership",
    removes: "rule 9: of epochs that this leader proposed in this term",
    edits: [
      {
        file: "src/core/lead.ts",
        from: `  for (const group of Object.keys(turn.state.groups))
    turn.setLocal(group, { campaigns: {}, errands: {}, since: {} });`,
        to: `  for (const group of Object.keys(turn.state.groups))
    turn.setLocal(group, { errands: {}, since: {} });`,
      },
      {
        file: "src/core/lead.ts",
        from: "    turn.setLocal(name, { campaigns: {}, errands: {}, since: {} });",
        to: "    turn.setLocal(name, { errands: {}, since: {} });",
      },
    ],
    scripts: ["a lost leader leads again"],
  },
  {
    name: "a mark does not void proofs",
    removes: "rule 9: E counts until the host is sent a mark that authorizes it",
    edits: [
      {
        file: `${VIP}/proofs.ts`,
        from: "if (authorized !== undefined && compareStamps(authorized, epoch) >= 0) continue;",
        to: "",
      },
    ],
    scripts: ["suspected, then well, then gone"],
  },
  {
    name: "a host that is only joining counts",
    removes: "rules 9 and 11: a witness was `in` when it answered",
    edits: [
      {
        file: `${VIP}/desk.ts`,
        from: `vip.readSet[node] === "in"`,
        to: "node in vip.readSet",
      },
    ],
    scripts: ["a host that is only joining answers"],
  },
  {
    name: "a host that is out counts",
    removes: "rules 9 and 11: a witness is one that every older reader reads",
    edits: [{ file: `${VIP}/desk.ts`, from: `vip.readSet[node] === "in"`, to: "true" }],
    scripts: ["a host that is out answers"],
  },
  {
    name: "an admitted host counts at once",
    removes: "rule 11: it is joining first",
    edits: [
      {
        file: `${VIP}/upkeep.ts`,
        from: `mayBeRead(turn, group, vip, name) ? "joining" : null;`,
        to: `mayBeRead(turn, group, vip, name) ? "in" : null;`,
      },
    ],
    scripts: ["a host that is only joining answers"],
  },
  {
    name: "W counts for a host without its table",
    removes: "rule 9: W proves nothing about a host last seen without its table",
    edits: [
      {
        file: `${VIP}/proofs.ts`,
        from: "if (!vip.gated.includes(node) || context.ungated(node)) return Infinity;",
        to: "",
      },
    ],
    scripts: ["a host is last seen without its table"],
  },
  {
    name: "nobody looks at a host whose lease is waited for",
    removes: "rule 9: whoever reaches the host sees whether W may prove anything of it",
    edits: [
      {
        file: `${VIP}/outlook.ts`,
        from: "const isAwaited = round.isFencing && vip.holders.includes(node.name);",
        to: "const isAwaited = round.isFencing && node.name === vip.ip;",
      },
    ],
    scripts: ["a host loses its table while its lease is waited for"],
  },
  {
    name: "what a leader saw before it led vouches",
    removes: "rule 9: a host without its table is known as such until it is seen with it again",
    edits: [
      {
        file: `${VIP}/upkeep.ts`,
        from: "const isFresh = guarded !== null && guarded.id >= leadingFromId(turn);",
        to: "const isFresh = guarded !== null;",
      },
    ],
    scripts: ["who saw a host without its table forgets it"],
  },
  {
    name: "the new W counts at once",
    removes: "rule 12: after a change the larger N and T0 count",
    edits: [
      {
        file: `${VIP}/proofs.ts`,
        from: "if (former === undefined) return wait;",
        to: "if (former !== null) return wait;",
      },
    ],
    scripts: ["the holder is lost while its lease is shortened"],
  },
  {
    name: "other times within an epoch",
    removes: "rule 12: a change of N or T0 is a new epoch",
    edits: [{ file: `${VIP}/epochs.ts`, from: "    ...times,\n    epoch,", to: "    ...times," }],
    scripts: ["a longer lease is accepted by one monitor"],
  },
  {
    name: "every monitor believes its own file",
    removes: "rule 12: what decides or fences is replicated",
    edits: [
      {
        file: `${VIP}/stand.ts`,
        from: "    leaseMs: vip.leaseMs,\n    interface: node.interface,",
        to: `    leaseMs: (turn.state.consensus.genesis as any).groups["group:main"].settings.leaseMs,
    interface: node.interface,`,
      },
    ],
    scripts: ["two monitors have different files"],
  },
  {
    name: "a group is adopted without reading every host",
    removes:
      "rule 8: at the founding every host is a possible holder until it was read, and lately",
    edits: [
      {
        file: `${VIP}/adoption.ts`,
        from: "if (unread !== null) return",
        to: `if (unread === "") return`,
      },
    ],
    scripts: ["a host was read long ago"],
  },
  {
    name: "an old release counts without a register",
    removes: "without a register a claim voids every proof",
    edits: [
      {
        file: `${VIP}/desk.ts`,
        from: `(request.op === "mark" || request.op === "claim")`,
        to: `request.op === "mark"`,
      },
    ],
    scripts: ["an address comes back without a register"],
  },
  {
    name: "who hears nobody suspects the holder",
    removes: "rule 10: a leader that hears no other node raises no suspicion",
    edits: [
      {
        file: `${VIP}/upkeep.ts`,
        from: "if (turn.now >= silentAt && hearsAnother) return true;",
        to: "if (turn.now >= silentAt) return true;",
      },
    ],
    scripts: ["a majority reaches no database"],
  },
];
