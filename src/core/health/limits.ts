/**
 * When a vote will say something new by its age alone (`news.ts` has the limits): a monitor that has
 * nothing else to do wakes up then. Whatever is heard before moves the limit on, never nearer.
 */
import type { Instant } from "../ids.ts";
import type { GroupSettings } from "../settings.ts";
import { limitsOf } from "./news.ts";
import type { UnheardLimits } from "./votes.ts";
import type { NodeWatch } from "./watch.ts";

/** `guardHeardAt`: -Infinity if never. Infinity: there is no limit ahead. */
export function nextLimitAt(
  watch: NodeWatch,
  guardHeardAt: Instant,
  limits: { readonly settings: GroupSettings; readonly unheard: UnheardLimits | null },
  now: Instant,
): Instant {
  const { opinion, lastGoodAt } = watch;
  let next = Infinity;
  const consider = (at: Instant): void => {
    if (at > now && at < next) next = at;
  };
  if (limits.unheard !== null) {
    const { redisMs, guardMs } = limits.unheard;
    consider(Math.max((lastGoodAt ?? opinion.since) + redisMs, guardHeardAt + guardMs));
  }
  if (opinion.vote === "up" || opinion.vote === "abstain") return next;
  for (const limit of limitsOf(limits.settings)) {
    consider(opinion.since + limit);
    if (lastGoodAt !== null) consider(lastGoodAt + limit);
  }
  return next;
}
