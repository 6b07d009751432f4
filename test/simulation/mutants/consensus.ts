/** Mutants of consensus. */
import type { Mutant } from "./mutant.ts";

const CONSENSUS = "src/core/consensus";
const ELECTIONS = "every order: two elections, proposals and a crash";
const TRANSCRIPTS = "the transcripts of consensus";
const REPLACED = "every order: a monitor is replaced elsewhere";
const NAMESAKES = "every order: two of one name want to lead";
const ROUNDS = "every order: two elections and rounds";

export const OF_CONSENSUS: readonly Mutant[] = [
  {
    name: "a vote is not written",
    removes: "a vote is durable before it leaves",
    edits: [
      {
        file: `${CONSENSUS}/step.ts`,
        from: `{ kind: "persist", durable, isUrgent }`,
        to: `{ kind: "persist", durable: { ...durable, votedFor: null }, isUrgent }`,
      },
    ],
    scripts: [ELECTIONS],
  },
  {
    name: "a monitor votes twice in a term",
    removes: "one vote in a term",
    edits: [
      {
        file: `${CONSENSUS}/election.ts`,
        from: "const free = votedFor === null && state.leader === null;",
        to: "const free = votedFor !== from;",
      },
    ],
    scripts: [ELECTIONS],
  },
  {
    name: "a vote is given to two disks of one name",
    removes: "one vote in a term, for a disk: who asks again in that name may be another",
    edits: [
      {
        file: `${CONSENSUS}/election.ts`,
        from: "const free = votedFor === null && state.leader === null;",
        to: "const free = (votedFor ?? from) === from && state.leader === null;",
      },
    ],
    scripts: [TRANSCRIPTS, NAMESAKES],
  },
  {
    name: "a candidate with an older state is voted for",
    removes: "a vote only for a slot at least as new",
    edits: [
      {
        file: `${CONSENSUS}/election.ts`,
        from: "return message.slot !== null && own !== null && !isNewer(own.stamp, message.slot);",
        to: "return message.slot !== null && own !== null;",
      },
    ],
    scripts: ["every order: two elections"],
  },
  {
    name: "a vote for another disk of its name counts",
    removes:
      "a vote is for the disk that asked for it: two may have the name, and one of them lacks what was agreed on",
    edits: [
      {
        file: `${CONSENSUS}/election.ts`,
        from: "return asker !== null && asker !== durable.storageId;",
        to: "return asker !== null && durable.slot === null;",
      },
    ],
    scripts: [TRANSCRIPTS, REPLACED],
  },
  {
    name: "a minority commits",
    removes: "a commit is held by a majority",
    edits: [
      {
        file: `${CONSENSUS}/cluster.ts`,
        from: "const quorum = quorumOf(values.length);",
        to: "const quorum = Math.min(1, quorumOf(values.length));",
      },
    ],
    scripts: [ELECTIONS, ROUNDS],
  },
  {
    name: "an answer of another term counts",
    removes: "a commit counts its own term, and so does authority",
    edits: [
      {
        file: `${CONSENSUS}/leading.ts`,
        from: "if (reply.term > state.durable.term) return adoptTerm(state, reply.term, at);",
        to: "",
      },
      {
        file: `${CONSENSUS}/leading.ts`,
        from: "const current = reply.term === term;",
        to: "const current = reply.term > 0 || term > 0;",
      },
    ],
    scripts: [ROUNDS],
  },
  {
    name: "an answer to an older term names its round",
    removes: "rounds are counted anew in each term: an answer names only one of its own term",
    edits: [
      {
        file: `${CONSENSUS}/following.ts`,
        from: "if (message.term < state.durable.term) return answer(state, from, message);",
        to: "if (message.term < state.durable.term) return answer(state, from, { ...message, term: state.durable.term });",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a stranger's round of an older term is named",
    removes: "nor does the answer to a leader that is not known here name one of an older term",
    edits: [
      {
        file: `${CONSENSUS}/consensus.ts`,
        from: "return answer(state, from, message);",
        to: "return answer(state, from, { ...message, term: state.durable.term });",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a wiped disk is counted",
    removes: "a member is bound to its storage id",
    edits: [
      {
        file: `${CONSENSUS}/cluster.ts`,
        from: "member.name === name && member.storageId === storageId",
        to: "member.name === name && storageId !== null",
      },
    ],
    scripts: [TRANSCRIPTS, REPLACED],
  },
  {
    name: "who was away never hears of a replaced leader",
    removes: "a leader whose disk was replaced is answered, so that it sends who its members are",
    edits: [
      {
        file: `${CONSENSUS}/consensus.ts`,
        from: "!isBound(members(state), from, message.storageId)",
        to: "!members(state).some(({ name }) => name === from)",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a restored backup is counted",
    removes: "one that comes back with less is refused",
    edits: [
      {
        file: `${CONSENSUS}/identity.ts`,
        from: "if (isLess(state, from, message)) return",
        to: "if (state === null) return",
      },
      {
        file: `${CONSENSUS}/identity.ts`,
        from: "if (had === undefined || !isOlder(message.slot, had.slot)) return null;",
        to: "if (had !== null || !isOlder(message.slot, had)) return null;",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "members change as one likes",
    removes: "one member at a time",
    edits: [
      {
        file: `${CONSENSUS}/proposal.ts`,
        from: "if (changes > 1) {",
        to: "if (changes > 9) {",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a second change of members need not wait",
    removes: "members change again once the last change is committed",
    edits: [
      {
        file: `${CONSENSUS}/proposal.ts`,
        from: "if (!sameMembers(before, after) && !sameMembers(state.committed, before)) {",
        to: "if (state === null) {",
      },
    ],
    scripts: [TRANSCRIPTS, REPLACED],
  },
  {
    name: "a majority founds a cluster",
    removes: "genesis needs all configured monitors present and empty",
    edits: [
      {
        file: `${CONSENSUS}/founding.ts`,
        from: "const all = present.length === plan.peers && disks.size === plan.peers + 1;",
        to: "const all = present.length >= plan.peers / 2 && disks.size > plan.peers / 2;",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "founders found a second cluster beside one that they met",
    removes: "an empty monitor that met a member of a led cluster founds none",
    edits: [
      {
        file: `${CONSENSUS}/founding.ts`,
        from: "return Object.keys(present).filter((name) => present[name]?.led != null);",
        to: "return Object.keys(present).filter((name) => name === '');",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a founder that was restarted founds a second cluster",
    removes: "an empty monitor founds none beside one that has met a member of a led cluster",
    edits: [
      {
        file: `${CONSENSUS}/founding.ts`,
        from: "filter((name) => present[name]?.empty && present[name].met);",
        to: "filter((name) => name === '');",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "nobody founds after its first leader",
    removes: "an empty monitor takes the founding state of the cluster whose leader it met",
    edits: [
      {
        file: `${CONSENSUS}/genesis.ts`,
        from: "some((name) => state.present[name]?.led !== clusterId)",
        to: "some((name) => state.present[name]?.led !== undefined)",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "an empty member answers for an earlier office",
    removes: "the answer to an append of an older term names no round",
    edits: [
      {
        file: `${CONSENSUS}/genesis.ts`,
        from: "(next) => answer(next, from, message)",
        to: "(next) => answer(next, from, { ...message, term: next.durable.term })",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "who does not know its leader is told once",
    removes: "what a peer lacks is said again when an answer shows that it is lost",
    edits: [
      {
        file: `${CONSENSUS}/leading.ts`,
        from: "if (shipment === undefined || round > newest) return underWay;",
        to: "if (shipment === undefined || version === 0) return underWay;",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "nobody votes for a disk that came while it was away",
    removes:
      "a vote needs no more than a newer slot, whoever asks: else a majority may never elect anybody",
    edits: [
      {
        file: `${CONSENSUS}/identity.ts`,
        from: 'if (kind !== "pre-vote" && kind !== "vote") return false;',
        to: "if (kind !== null) return false;",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "what an old disk did is held against the one that replaces it",
    removes: "what is remembered of a peer is remembered of its disk",
    edits: [
      {
        file: `${CONSENSUS}/identity.ts`,
        from: "  if (!isKnown(state, from, message))\n    return strangeness(membersLists(state, message), from, message.storageId);",
        to: "  const stranger = strangeness(membersLists(state, message), from, message.storageId);\n  if (stranger !== null) return stranger;",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "who was away is told of nobody",
    removes:
      "a member that was away hears who the others are from those that it knows: who was added since cannot tell it",
    edits: [
      {
        file: `${CONSENSUS}/catching-up.ts`,
        from: "isLeaderless || lacksMembers(slot, has)",
        to: "isLeaderless",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "what a dead leader gave to one stays with that one",
    removes:
      "while nobody leads, who asks for a vote with less is brought what is newer: perhaps only that one hears a majority",
    edits: [
      {
        file: `${CONSENSUS}/catching-up.ts`,
        from: "isLeaderless || lacksMembers(slot, has)",
        to: "lacksMembers(slot, has)",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "nobody introduces itself to those whose votes it lacks",
    removes: "who cannot be elected brings its state to those that may not let it in yet",
    edits: [
      {
        file: `${CONSENSUS}/election.ts`,
        from: "isAgain ? countedPeers(state)",
        to: "isAgain === null ? countedPeers(state)",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a leader introduces itself to nobody",
    removes: "a leader brings its state to those that may not let it in yet",
    edits: [
      {
        file: `${CONSENSUS}/leading.ts`,
        from: "isDue ? introduce(",
        to: "isDue === null ? introduce(",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a state is taken from whoever brings it",
    removes: "a state is taken from one of its members, by one of its members",
    edits: [
      {
        file: `${CONSENSUS}/catching-up.ts`,
        from: "if (!isOurs || !isOfBoth || !isNewer(stamp, own.stamp)) return still(state);",
        to: "if (!isNewer(stamp, own.stamp)) return still(state);",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a candidate goes on with a state of its own term",
    removes: "who has a state of a term does not win that term: another leads it",
    edits: [
      {
        file: `${CONSENSUS}/catching-up.ts`,
        from: 'state.role === "candidate" && slot?.stamp.term === term',
        to: 'state.role === "candidate" && slot?.stamp.term === term + 1',
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "who was replaced counts itself as the one that replaced it",
    removes: "a member is a disk: another of its name is none, not even to itself",
    edits: [
      {
        file: `${CONSENSUS}/cluster.ts`,
        from: "names.includes(member.name) && !isNamesake(state, member)",
        to: "names.includes(member.name)",
      },
    ],
    scripts: [TRANSCRIPTS, REPLACED],
  },
  {
    name: "who was replaced keeps the new one from being counted",
    removes: "what another disk says under a member's name takes nothing from that member",
    edits: [
      {
        file: `${CONSENSUS}/cluster.ts`,
        from: 'state.refused[name]?.kind !== "went-back"',
        to: "state.refused[name] === undefined",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a foreign cluster is listened to",
    removes: "a message of another cluster is refused",
    edits: [
      {
        file: `${CONSENSUS}/identity.ts`,
        from: "if (clusterId !== null && clusterId !== clusterIdOf(state)) {",
        to: "if (clusterId !== null && clusterIdOf(state) === null) {",
      },
    ],
    scripts: [TRANSCRIPTS],
  },
  {
    name: "a leader gives up for the time that it slept",
    removes: "what a leader slept through is no silence of the others",
    edits: [
      {
        file: `${CONSENSUS}/slept.ts`,
        from: "silentSince(leadership) + ms",
        to: "leadership.since",
      },
    ],
    scripts: ["all monitors stand still for a moment"],
  },
  {
    name: "a follower campaigns for the time that it slept",
    removes: "what a follower slept through is no silence of the leader",
    edits: [
      { file: `${CONSENSUS}/slept.ts`, from: "electionAt: electionAt + ms", to: "electionAt" },
    ],
    scripts: ["all monitors stand still for a moment"],
  },
];
