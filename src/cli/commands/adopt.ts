/**
 * `mmm adopt CLUSTER` takes over hosts whose registers carry the id of another cluster (one that is
 * gone for good); `mmm adopt --empty NODE` vouches for a host that nobody can ask.
 */
import type { ExitCode } from "../../errors.ts";
import type { Context } from "../command.ts";
import { confirm } from "../confirm.ts";
import { usageFailure } from "../failure.ts";
import { groupOf, nodeOf } from "../groups.ts";
import { operate } from "../operate.ts";

export async function run(context: Context): Promise<ExitCode> {
  const { operands, options } = context;
  const [cluster = null] = operands;
  const empty = options.empty ?? null;
  const acceptDataLoss = options["accept-data-loss"] === true;
  if ((cluster === null) === (empty === null)) {
    throw usageFailure("adopt needs either the id of a cluster or --empty NODE", "adopt");
  }
  if (cluster !== null && !/^[0-9a-f]{8}$/.test(cluster)) {
    throw usageFailure(
      `"${cluster}" is not the id of a cluster: eight hex digits, as "mmm status" shows them`,
      "adopt",
    );
  }
  const { status } = await context.cluster().status();
  const group =
    empty === null ? groupOf(status, options.group) : nodeOf(status, empty, options.group).group;
  if (empty !== null && acceptDataLoss)
    throw usageFailure("adopt takes --accept-data-loss with the id of a cluster only", "adopt");
  await confirm(context, risksOf(cluster, empty, acceptDataLoss), "Is that certain?");
  const asked = { cluster, empty, acceptDataLoss };
  return await operate(context, { kind: "adopt", group: group.name, ...asked });
}

function risksOf(
  cluster: string | null,
  empty: string | null,
  acceptDataLoss: boolean,
): readonly string[] {
  const told =
    cluster === null
      ? `You say that the host of ${empty ?? ""} serves no virtual IP and is not going to.`
      : `You say that the cluster ${cluster} no longer exists: none of its monitors runs.`;
  return [
    told,
    "If that is wrong, two hosts may serve one address.",
    ...(acceptDataLoss
      ? ["And that the group may go on with less data than that cluster knew of."]
      : []),
  ];
}
