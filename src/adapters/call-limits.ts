/**
 * What a caller may make a monitor keep and do before it has asked anything. gRPC for Node has no such limits, so
 * this reaches into its insides: its version is exact (package.json), and a flood shows whether they still hold
 * (test/host/flood.test.ts).
 */
import {
  ServerInterceptingCall,
  type ServerInterceptingCallInterface,
  type ServerInterceptor,
} from "@grpc/grpc-js";
import { TakenBack } from "./taken-back.ts";
import { Unfinished } from "./unfinished.ts";

/** A call as grpc-js has it at its end: only the first interceptor sees this. */
export interface InsideCall extends Pick<ServerInterceptingCallInterface, "sendStatus"> {
  readonly stream: {
    readonly session?: { destroy(error?: Error): void } | undefined;
    readonly rstCode?: number | undefined;
    once(event: "close", listener: () => void): unknown;
  };
  readonly decoder: {
    write: (data: Buffer) => Buffer[];
    readPartialMessage: Buffer[];
    readonly readMessageSize: number;
    readonly readMessageRemaining: number;
  };
}

export function limitCalls(): ServerInterceptor {
  const [takenBack, unfinished] = [new TakenBack(), new Unfinished()];
  return (_method, call) => {
    const inside = call as unknown as InsideCall;
    takenBack.watch(inside);
    unfinished.watch(inside);
    return new ServerInterceptingCall(call);
  };
}
