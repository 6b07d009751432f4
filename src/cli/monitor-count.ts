/** What fewer than three monitors do not protect from, for whoever is about to write or start a configuration. */
import type { Config } from "../adapters/config/types.ts";

const REMEDY =
  "three survive the loss of one: write a [monitor:NAME] section for each, best on hosts of their own";

/** A file that names none is that of a single monitor (of 2011), unless mmm-mon --peer names others. */
export function countWarnings({ monitors }: Pick<Config, "monitors">): readonly string[] {
  if (monitors.length > 2) return [];
  return [monitors.length === 2 ? `${OF_TWO}; ${REMEDY}` : `${OF_ONE}; ${REMEDY}`];
}

const OF_ONE =
  "one monitor: while it is lost (its host, its network, its process) there is no failover, and it cannot tell a dead master from its own lost link";
const OF_TWO =
  "two monitors: a majority of two is two, so while either of them is lost there is no failover. That is no better than one";
