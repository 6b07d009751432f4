/** How to log in to a Redis, from what the configuration says of it. */
import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";
import type { NodeLogin } from "../config/types.ts";
import type { Credentials } from "./connection.ts";

/** Throws when a file cannot be read. */
export function credentialsFor(login: NodeLogin): Credentials {
  return {
    username: login.redisUser ?? undefined,
    password: login.redisPassword?.reveal(),
    tls: tlsOptions(login),
  };
}

type Tls = Pick<NodeLogin, "redisTls" | "redisCertificate">;

/** The files are read for each connection, so that a renewed certificate needs no restart. */
function tlsOptions({ redisTls, redisCertificate: own }: Tls): ConnectionOptions | undefined {
  if (redisTls.kind === "off") return undefined;
  const trusted = redisTls.kind === "system" ? {} : { ca: readFileSync(redisTls.file) };
  const shown = own === null ? {} : { cert: readFileSync(own.cert), key: readFileSync(own.key) };
  return { ...trusted, ...shown };
}
