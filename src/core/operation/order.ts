/** What the leader makes of a command at one turn. */
import type { Instant } from "../ids.ts";

export type Order =
  | { readonly kind: "refused"; readonly message: string }
  /** Nothing had to be proposed: this is the answer. */
  | { readonly kind: "answered"; readonly message: string }
  /** Proposed. With a message: that is the answer once it is committed; with null: the operation's end is. */
  | { readonly kind: "taken"; readonly message: string | null }
  /** Something must be found out or committed first: the command is looked at again with the next turn. */
  | { readonly kind: "later"; readonly greetedAt?: Instant };

export const refused = (message: string): Order => ({ kind: "refused", message });
export const taken = (message: string | null): Order => ({ kind: "taken", message });
