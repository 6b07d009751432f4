/** Every mutant there is. */
import { OF_BEING_BACK } from "./back-again.ts";
import { OF_BY_HAND } from "./by-hand.ts";
import { OF_COMING_BACK } from "./came-back.ts";
import { OF_CONSENSUS } from "./consensus.ts";
import { OF_LOST_GUARDS } from "./lost-guards.ts";
import { OF_MEMBERSHIP } from "./membership.ts";
import type { Mutant } from "./mutant.ts";
import { OF_OPERATIONS } from "./operations.ts";
import { OF_THE_REGISTER } from "./register.ts";
import { OF_OWN_NETWORK } from "./own-network.ts";
import { OF_REACH } from "./reach.ts";
import { OF_RESTRAINTS } from "./restraints.ts";
import { OF_READER_REFUSALS } from "./reader-refusals.ts";
import { OF_SHORT_LEASES } from "./short-leases.ts";
import { OF_TURNS_TO_COPY } from "./turns-to-copy.ts";

export const MUTANTS: readonly Mutant[] = [
  ...OF_THE_REGISTER,
  ...OF_READER_REFUSALS,
  ...OF_SHORT_LEASES,
  ...OF_MEMBERSHIP,
  ...OF_OPERATIONS,
  ...OF_COMING_BACK,
  ...OF_BEING_BACK,
  ...OF_LOST_GUARDS,
  ...OF_BY_HAND,
  ...OF_REACH,
  ...OF_RESTRAINTS,
  ...OF_TURNS_TO_COPY,
  ...OF_OWN_NETWORK,
  ...OF_CONSENSUS,
];
