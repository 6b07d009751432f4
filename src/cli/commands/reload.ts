/** `mmm reload [--dry-run]`: what the file says is proposed to the leader, who commits what differs. */
import { proposalFor } from "../../adapters/config/proposal.ts";
import type { Config } from "../../adapters/config/types.ts";
import type { GroupName } from "../../core/ids.ts";
import type { Proposal } from "../../core/reload/proposal.ts";
import { EXIT, type ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { Failure } from "../failure.ts";
import { groupOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { options, terminal } = context;
  const config = context.config();
  const { status } = await context.cluster().status();
  const { name: group } = groupOf(status, options.group);
  const proposal = config === null ? null : proposed(config, group);
  terminal.note((config?.warnings ?? []).map((text) => `WARNING: ${text}`));
  const dryRun = options["dry-run"] ?? false;
  return await operate(context, { kind: "reload", group, proposal, dryRun });
}

function proposed(config: Config, group: GroupName): Proposal {
  const proposal = proposalFor(config, group);
  if (proposal !== null) return proposal;
  const known = config.groups.map(({ name }) => name).join(", ");
  throw new Failure(EXIT.config, [
    `error: ${config.file} says nothing of the group ${group}, only of ${known}`,
    "try: mmm config check",
  ]);
}
