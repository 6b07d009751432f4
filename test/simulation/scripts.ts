/** Every directed script of the simulation. */
import { EXHAUSTIVE } from "./exhaustive/searches.ts";
import { BACK_AGAIN } from "./operations/back-again.ts";
import { BY_HAND } from "./operations/by-hand.ts";
import { LOST_GUARDS } from "./operations/lost-guards.ts";
import { CAME_BACK } from "./operations/came-back.ts";
import { DATA } from "./operations/data.ts";
import { HALF_WAY } from "./operations/half-way.ts";
import { JUST_PROMOTED } from "./operations/just-promoted.ts";
import { LEADERS } from "./operations/leaders.ts";
import { OWN_NETWORK } from "./operations/own-network.ts";
import { REACH } from "./operations/reach.ts";
import { RESTRAINTS } from "./operations/restraints.ts";
import { TURNS_TO_COPY } from "./operations/turns-to-copy.ts";
import { BEGINNINGS } from "./rules/beginnings.ts";
import { MEMBER_CHANGES } from "./rules/member-changes.ts";
import { MOVES } from "./rules/moves.ts";
import { NEW_TIMES } from "./rules/new-times.ts";
import { NODE_CHANGES } from "./rules/node-changes.ts";
import { READER_CHANGES } from "./rules/reader-changes.ts";
import { READER_HOLDERS } from "./rules/reader-holders.ts";
import { READER_REFUSALS } from "./rules/reader-refusals.ts";
import { REGISTERS } from "./rules/registers.ts";
import { TAKE_OVERS } from "./rules/take-overs.ts";
import { RENEWALS } from "./rules/renewals.ts";
import { SHORT_LEASES } from "./rules/short-leases.ts";
import type { Script } from "./rules/script.ts";
import { WITHOUT_REGISTERS } from "./rules/without-registers.ts";
import { TRANSCRIPTS } from "./transcripts.ts";

export const SCRIPTS: readonly Script[] = [
  ...RENEWALS,
  ...SHORT_LEASES,
  ...REGISTERS,
  ...MOVES,
  ...NEW_TIMES,
  ...NODE_CHANGES,
  ...READER_CHANGES,
  ...READER_HOLDERS,
  ...READER_REFUSALS,
  ...TAKE_OVERS,
  ...WITHOUT_REGISTERS,
  ...BEGINNINGS,
  ...MEMBER_CHANGES,
  ...LEADERS,
  ...HALF_WAY,
  ...DATA,
  ...CAME_BACK,
  ...RESTRAINTS,
  ...TURNS_TO_COPY,
  ...OWN_NETWORK,
  ...REACH,
  ...BY_HAND,
  ...BACK_AGAIN,
  ...JUST_PROMOTED,
  ...LOST_GUARDS,
  ...EXHAUSTIVE,
  ...TRANSCRIPTS,
];
