/**
 * Who calls, and what that allows. How somebody came in decides who it is: over TLS its certificate
 * does, over the local socket the file's permissions did, and without TLS nobody asks.
 */
import { type CertificateName, type Role, showName } from "./tls/certificate-name.ts";

export type Caller =
  /** Without TLS: whoever reaches the port, which is loopback unless somebody wrote tls = off. */
  | { readonly kind: "anyone" }
  /** Through the socket of this host: its permissions let it in. */
  | { readonly kind: "local" }
  | { readonly kind: "certified"; readonly name: CertificateName }
  | { readonly kind: "refused"; readonly why: string };

/** `hand-on`: a command that another monitor was given. */
export type Deed = "read" | "vote" | "act" | "hand-on";

const RIGHTS: Readonly<Record<Role, readonly Deed[]>> = {
  monitor: ["read", "vote", "hand-on"],
  operator: ["read", "act"],
  reader: ["read"],
};

const WHO_MAY: Readonly<Record<Deed, string>> = {
  read: "only one of a monitor, an operator or a reader may look",
  vote: "only a monitor's may vote",
  act: "only an operator's may act",
  "hand-on": "only a monitor's may hand a command on",
};

/** Why not; null: it may. */
export function refusalOf(caller: Caller, deed: Deed): string | null {
  switch (caller.kind) {
    case "anyone":
      return null;
    case "local":
      return deed === "vote" ? "monitors talk to each other over the network" : null;
    case "certified":
      return RIGHTS[caller.name.role].includes(deed)
        ? null
        : `the certificate is that of ${showName(caller.name)}: ${WHO_MAY[deed]}`;
    case "refused":
      return caller.why;
  }
}

/** Of a monitor over TLS, the one name under which it may speak. */
export function certifiedName(caller: Caller): string | null {
  return caller.kind === "certified" ? caller.name.name : null;
}

/** Who acts, for the history. What a certificate says comes before what the caller says. */
export function signatureOf(caller: Caller, claimed: string): string {
  const isOperator = caller.kind === "certified" && caller.name.role === "operator";
  return isOperator ? `${caller.name.name} (${claimed})` : claimed;
}
